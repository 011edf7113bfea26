// A server of files that no disk holds: `/NUMBER/BYTES` is always the same, and differs from every other. Prints its port.
// @ts-check
import { createServer } from 'node:http';

import { blockBytes, blockOf } from './content.mjs';

const server = createServer((request, response) => {
  const [, name = 0, bytes = 0] = (request.url ?? '').split('/').map(Number);
  response.writeHead(200, { 'content-length': bytes, 'last-modified': 'Fri, 02 Jan 2026 03:04:05 GMT' });
  let at = 0;
  const go = () => {
    while (at < bytes) {
      const block = blockOf(name, at / blockBytes).subarray(0, bytes - at);
      at += block.length;
      if (!response.write(block)) {
        response.once('drain', go);
        return;
      }
    }
    response.end();
  };
  go();
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);
});
// Nobody needs it any more when its parent is gone.
process.stdin.resume().once('end', () => process.exit(0));
