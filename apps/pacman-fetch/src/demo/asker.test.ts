import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

import { missing, stranger } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { askerAt } from './asker.js';

/** A connection, both ends. */
interface Pair extends AsyncDisposable {
  readonly served: Socket;
  readonly client: Socket;
}

/** @param port - that the client has; 0: any */
async function connectedFrom(port: number): Promise<Pair> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: to } = server.address() as AddressInfo;
  const client = connect({ port: to, host: '127.0.0.1', localAddress: '127.0.0.1', localPort: port });
  const [[served]] = (await Promise.all([once(server, 'connection'), once(client, 'connect')])) as [[Socket], unknown];
  return {
    served,
    client,
    [Symbol.asyncDispose]: async () => {
      // The client ends it, so that its end is the one that the kernel keeps (TIME_WAIT).
      const ended = once(served.resume(), 'end');
      client.end();
      await ended;
      served.end();
      await once(client.resume(), 'close');
      server.close();
    },
  };
}

/** Ports to try: which of two rows the kernel lists first depends on the port. */
const tries = 12;

/** A connection of another user, who has the same port for it. */
async function strangerFrom(port: number): Promise<Pick<Pair, 'served'> & AsyncDisposable> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: to } = server.address() as AddressInfo;
  const ends = { port: to, host: '127.0.0.1', localAddress: '127.0.0.1', localPort: port };
  const program = `require('node:net').connect(${JSON.stringify(ends)}).resume()`;
  const { uid, gid } = stranger;
  const child = spawn(process.execPath, ['-e', program], { uid, gid, cwd: '/', stdio: 'inherit' });
  const [served] = (await once(server, 'connection')) as [Socket];
  return {
    served,
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, 'exit');
      served.destroy();
      server.close();
      await ended;
    },
  };
}

describe.skipIf(missing('linux', 'root'))('asker of two connections with one port', () => {
  it('is the user of each', async () => {
    await using own = await connectedFrom(0);
    const port = own.served.remotePort ?? 0;
    await using other = await strangerFrom(port);
    expect(other.served.remotePort).toBe(port);
    expect([askerAt(own.served).uid, askerAt(other.served).uid]).toEqual([0, stranger.uid]);
  });
});

describe.skipIf(missing('linux'))('asker', () => {
  it('is the owner of the connection, not of an ended one of the same port', async () => {
    for (let k = 0; k < tries; k++) {
      const pair = await connectedFrom(0);
      const port = pair.served.remotePort ?? 0;
      await pair[Symbol.asyncDispose]();
      await using again = await connectedFrom(port);
      expect(again.served.remotePort).toBe(port);
      expect(askerAt(again.served)).toEqual({ uid: process.geteuid?.(), rights: expect.any(Object) });
    }
  });

  it('is not known if the peer has disconnected', async () => {
    const pair = await connectedFrom(0);
    const { localPort, remotePort } = pair.served;
    expect(askerAt({ localPort, remotePort }).uid).toBe(process.geteuid?.());
    await pair[Symbol.asyncDispose]();
    expect(askerAt({ localPort, remotePort })).toEqual({ uid: undefined, rights: undefined });
    expect(askerAt(pair.served)).toEqual({ uid: undefined, rights: undefined });
  });
});
