// A server that becomes an ordinary user before it binds port 80, and can do nothing else that root could.
// Run it as root: node bind-port-80.mjs [PORT]
import { createServer } from 'node:http';

import * as caps from '@sb/caps';
import * as privdrop from '@sb/privdrop';

// Capabilities are caps' to take: some are carried across the change of user on purpose.
const user = privdrop.policy({ user: 'nobody', unsafeAllowCapabilities: true });
const { status } = caps.restrictSelf(caps.policy({ keep: ['cap_net_bind_service'] }), {
  switchUser: () => privdrop.dropPrivileges(user),
});
console.log(`uid ${process.getuid()} with ${caps.format(caps.get())}: restricted ${status}`);

const server = createServer((_request, response) => response.end(`served by uid ${process.getuid()}\n`));
server.listen(Number(process.argv[2] ?? 80), '127.0.0.1', () => {
  console.log(`listening on port ${server.address().port}`);
});
