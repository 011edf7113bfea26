// A server of this user land's own, since it has no other network.
// @ts-check
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

const content = 'page';

/** Serves `page` at `/page`, and nothing elsewhere. */
export async function serve() {
  const server = createServer(({ url }, response) => {
    response.statusCode = url === '/page' ? 200 : 404;
    response.end(url === '/page' ? content : '');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return {
    origin: `http://127.0.0.1:${port}`,
    sha256: createHash('sha256').update(content).digest('hex'),
    close: () => server.close(),
  };
}
