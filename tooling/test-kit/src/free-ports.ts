import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/**
 * TCP ports of loopback that nobody has. Until they are taken anybody else may be given one.
 *
 * @param count - how many; all are held until the last is known, else one might be given twice
 */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map(async (server) => await once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(
    servers.map(async (server) => {
      server.close();
      await once(server, 'close');
    }),
  );
  return ports;
}
