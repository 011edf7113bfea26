// A server that opens its port as root and answers as nobody. Run it as root: node server.mjs
import { createServer } from 'node:http';

import * as privdrop from '@sb/privdrop';

const server = createServer((_request, response) => {
  response.end(`served by uid ${process.getuid()}\n`);
});
server.listen(8080, '127.0.0.1', () => {
  const report = privdrop.dropPrivileges(privdrop.policy({ user: 'nobody' }));
  console.log(report.status, privdrop.currentIdentity());
});
