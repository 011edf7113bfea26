// A server that opens its port as root and answers as nobody. Run it as root: node server.mjs [PORT]
import { createServer } from 'node:http';

import * as privdrop from '@sb/privdrop';

const server = createServer((_request, response) => {
  response.end(`served by uid ${process.getuid()}\n`);
});
server.listen(Number(process.argv[2] ?? 80), '127.0.0.1', () => {
  const { status } = privdrop.dropPrivileges(privdrop.policy({ user: 'nobody' }));
  console.log(`listening on port ${server.address().port}; privileges dropped: ${status}`);
});
