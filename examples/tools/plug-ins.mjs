// Runs somebody's plug-in on a text: node plug-ins.mjs PLUGIN.mjs TEXT
// A plug-in is a module that exports a function from text to text. It has that text, and nothing of what you have.
import { fileURLToPath, pathToFileURL } from 'node:url';
import { resolve } from 'node:path';

const own = fileURLToPath(import.meta.url);
const [plugin = '', text] = process.argv.slice(2);

if (process.send === undefined) await host();
else await guest();

// What only this side needs is loaded here: the plug-in may not read it.
async function host() {
  const { createSandbox } = await import('@sb/sandbox');
  const sandbox = createSandbox({
    landlock: { preset: 'minimal', paths: [{ ro: [own, resolve(plugin)] }], net: { connectTcp: [], bindTcp: [] } },
    seccomp: { base: 'deny-dangerous', sockets: [] },
    env: {},
    rlimits: { fsize: 0, cpu: 5 },
  });
  const child = sandbox.fork(own, [resolve(plugin)], { timeout: 5000, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  child.on('error', (error) => console.error(error.message));
  let answer;
  child.on('message', (message) => {
    // It is a stranger's word: what it is like is looked at before it is used.
    if (typeof message === 'string' && message.length < 100_000) answer = message;
  });
  child.once('spawn', () => child.send(text));
  child.once('close', () => {
    if (answer === undefined) console.error(child.timedOut ? 'The plug-in took too long.' : 'The plug-in failed.');
    else console.log(answer);
    process.exitCode = answer === undefined ? 1 : 0;
  });
}

async function guest() {
  const given = new Promise((done) => {
    process.once('message', done);
  });
  const { default: transform } = await import(pathToFileURL(plugin).href);
  process.send(await transform(await given), () => process.disconnect());
}
