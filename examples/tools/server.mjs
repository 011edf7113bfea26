// Serves a folder on port 80 as an ordinary user: as root, node server.mjs FOLDER [PORT]
// The server is started as nobody, with one capability: to bind that port. It reads that folder and what Node needs.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const [folder = '.', port = '80', role] = process.argv.slice(2);

if (role === 'serve') serve();
else await start();

// What only this side needs is loaded here: the server may not read it.
async function start() {
  const { createSandbox } = await import('@sb/sandbox');
  const sandbox = createSandbox({
    user: 'nobody',
    caps: { keep: ['cap_net_bind_service'], ambient: ['cap_net_bind_service'] },
    landlock: {
      preset: 'minimal',
      paths: [{ ro: [resolve(folder), fileURLToPath(import.meta.url)] }],
      net: { connectTcp: [], bindTcp: [Number(port)] },
    },
  });
  const child = sandbox.fork(fileURLToPath(import.meta.url), [resolve(folder), port, 'serve']);
  child.on('error', (error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
  const { status, verified } = await child.enforcement;
  console.log(`uid ${verified.uid[0]}, ${status}`);
}

// An honest mistake: names are taken as they come, with their dots.
function serve() {
  const answer = async (url, response) => {
    try {
      response.end(await readFile(`${folder}${decodeURIComponent(url)}`));
    } catch (error) {
      response.writeHead(404).end(error.code);
    }
  };
  const server = createServer((request, response) => void answer(request.url ?? '/', response));
  server.listen(Number(port), '127.0.0.1', () => console.log('listening'));
}
