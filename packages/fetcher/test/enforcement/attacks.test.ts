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
import type { Duplex } from 'node:stream';

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
  'open its own file again': 'EACCES',
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
  'change the mode of its file': 'EPERM',
  'change the time of its file': 'EPERM',
  'connect to another port': 'EACCES',
  'connect to an abstract socket': 'EAFNOSUPPORT',
  'connect to a socket with a path': 'EAFNOSUPPORT',
  listen: 'EPERM',
  'bind a UDP port': 'EPERM',
  fork: 'EPERM',
  'become root': 'EPERM',
  'twin: connect to its own port': 'OK',
  'twin: read /etc/hosts': 'OK',
  'twin: write to its file': 'OK',
};

/** Without confinement: the same program as root, with the same descriptors. */
async function unconfined(url: string, file: string): Promise<unknown> {
  const descriptors = [openSync(program, 'r'), openSync(file, 'w+')] as const;
  const [input, output] = descriptors;
  const child = spawn(process.execPath, ['--input-type=module', '-'], {
    stdio: [input, 'ignore', 'inherit', 'pipe', 'ignore', output],
  });
  for (const descriptor of descriptors) closeSync(descriptor);
  const channel = child.stdio[3] as Duplex;
  channel.write(`${JSON.stringify({ files: [{ sources: [url] }] })}\n`);
  channel.resume();
  await once(child, 'exit');
  return JSON.parse(readFileSync(file, 'utf8'));
}

describe.skipIf(missing('root', 'linux', 'landlock6'))('from inside the worker', () => {
  it('each attempt is denied that works outside', async () => {
    using folder = temporaryFolder();
    await using own = await rawServer(() => {});
    await using other = await rawServer(() => {});
    const abstract = `sb-fetcher-test-${process.pid}`;
    const server = createServer((socket) => socket.destroy()).listen(`\0${abstract}`);
    const path = folder.file('socket');
    const daemon = createServer((socket) => socket.destroy()).listen(path, () => chmodSync(path, 0o777));
    const name = `sb-fetcher-test-${process.pid}`;
    const place = folder.file('place');
    mkdirSync(place);
    // Whoever the worker is, its user could write here.
    chmodSync(place, 0o777);
    writeFileSync(`${place}/other`, 'untouched');
    const url = `${own.origin}/?folder=${place}&other=${other.port}&abstract=${abstract}&path=${path}&name=${name}`;
    const leftovers = ['/tmp', '/dev/shm', '/var/tmp'].map((parent) => `${parent}/${name}`);
    try {
      const outcome = await fetchOne({ sources: [url], to: `${place}/x` }, { program });
      expect(errorOf(outcome)).toBeUndefined();
      expect(JSON.parse(readFileSync(`${place}/x`, 'utf8'))).toEqual(expected);
      // The world's word, beside the worker's.
      expect(readdirSync(place).sort()).toEqual(['other', 'x']);
      expect(readFileSync(`${place}/other`, 'utf8')).toBe('untouched');
      expect(leftovers.filter((file) => existsSync(file))).toEqual([]);
      expect(other.connections()).toBe(0);
      expect(own.connections()).toBe(1);
      const control = (await unconfined(url, `${place}/x.part`)) as Record<string, string>;
      expect(control).toEqual(Object.fromEntries(Object.keys(expected).map((attempt) => [attempt, 'OK'])));
      expect(other.connections()).toBe(1);
    } finally {
      server.close();
      daemon.close();
      for (const file of leftovers) rmSync(file, { force: true });
    }
  });
});
