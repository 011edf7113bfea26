import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';

import { compileFixture, missing, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { errorOf, fetchOne } from '../kit/fetch.js';
import { rawServer } from '../kit/server.js';

const program = compileFixture(new URL('fixtures/attacks.ts', import.meta.url));

/** What the real worker's place allows: attempt, errno. */
const expected = {
  'write beside the file': 'EACCES',
  'write to a file beside it': 'EACCES',
  'open its own file by path': 'EACCES',
  'open its program again': 'EACCES',
  'link its own file': 'EPERM',
  'write to /tmp': 'EACCES',
  'write to /dev/shm': 'EACCES',
  'write to /var/tmp': 'EACCES',
  'read a file beside it': 'EACCES',
  'read /etc/shadow': 'EACCES',
  'read /etc/passwd': 'EACCES',
  "read the parent's environment": 'EACCES',
  "read the parent's memory": 'EACCES',
  'signal the parent': 'EPERM',
  // Its program and certificates are open, for reading, and root's.
  'write to a file that is open': 'EBADF',
  'cut a file that is open': 'EINVAL',
  'change the mode of a file that is open': 'EPERM',
  'change the time of a file that is open': 'EPERM',
  'connect to another port': 'EACCES',
  'connect to an abstract socket': 'EAFNOSUPPORT',
  'connect to a socket with a path': 'EAFNOSUPPORT',
  listen: 'EPERM',
  'bind a UDP port': 'EPERM',
  fork: 'EPERM',
  'become root': 'EPERM',
  'twin: connect to its own port': 'OK',
  'twin: read /etc/hosts': 'OK',
};

/** Without confinement: the same program as root, with a file that it can write to. */
async function unconfined(url: string, file: string): Promise<unknown> {
  const descriptors = [openSync(program, 'r'), openSync(file, 'w+')] as const;
  const [input, output] = descriptors;
  const child = spawn(process.execPath, ['--input-type=module', '-'], {
    stdio: [input, 'ignore', 'inherit', 'pipe', 'pipe', output],
  });
  for (const descriptor of descriptors) closeSync(descriptor);
  const [orders, frames] = child.stdio.slice(3) as [Writable, Readable];
  orders.write(`${JSON.stringify({ files: [{ sources: [url] }] })}\n`);
  const said = await text(frames);
  return JSON.parse(said.split('\n')[2]?.replace(/\{"type":"done".*/, '') ?? '');
}

describe.skipIf(missing('root', 'linux', 'landlock6'))('from inside the worker', () => {
  it('each attempt is denied that works outside', async () => {
    using folder = temporaryFolder();
    await using own = await rawServer(() => {});
    await using other = await rawServer(() => {});
    const abstract = `sb-fetcher-test-${process.pid}`;
    const servers = [`\0${abstract}`, folder.file('place/socket')];
    mkdirSync(folder.file('place'));
    const listening = servers.map((path) => createServer((socket) => socket.destroy()).listen(path));
    await Promise.all(listening.map(async (server) => await once(server, 'listening')));
    chmodSync(folder.file('place/socket'), 0o777);
    const name = `sb-fetcher-test-${process.pid}`;
    const place = folder.file('place');
    // Whoever the worker is, its user could write here.
    chmodSync(place, 0o777);
    writeFileSync(`${place}/other`, 'untouched');
    const url = `${own.origin}/?folder=${place}&other=${other.port}&abstract=${abstract}&name=${name}`;
    const leftovers = ['/tmp', '/dev/shm', '/var/tmp'].map((parent) => `${parent}/${name}`);
    try {
      const outcome = await fetchOne({ sources: [url], to: `${place}/x` }, { program });
      expect(errorOf(outcome)).toBeUndefined();
      expect(JSON.parse(readFileSync(`${place}/x`, 'utf8'))).toEqual(expected);
      // The world's word, beside the worker's.
      expect(readdirSync(place).sort()).toEqual(['other', 'socket', 'x']);
      expect(readFileSync(`${place}/other`, 'utf8')).toBe('untouched');
      expect(leftovers.filter((file) => existsSync(file))).toEqual([]);
      expect(other.connections()).toBe(0);
      expect(own.connections()).toBe(1);
      const control = (await unconfined(url, `${place}/x.part`)) as Record<string, string>;
      expect(control).toEqual(Object.fromEntries(Object.keys(expected).map((attempt) => [attempt, 'OK'])));
      expect(other.connections()).toBe(1);
    } finally {
      for (const server of listening) server.close();
      for (const file of leftovers) rmSync(file, { force: true });
    }
  });
});
