/* What processes of one user share by a path, a key or a name, and what a daemon answers on a socket with a path. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';

import { missing, probePath, temporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { abstractName, nobody } from '../attack/place.js';
import { settled } from '../attack/settled.js';
import { type Attack, attackers, describeAttacks, inside, startAs, works } from '../attack/suite.js';

const [SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET] = [1, 2, 3, 5] as const;

/** Children with pipes and a channel are pairs of sockets to libuv. */
const parent = `
  const { fork, spawnSync } = require('node:child_process');
  if (process.send) process.send('channel');
  else {
    process.stdout.write(spawnSync('/bin/echo', ['pipe'], { encoding: 'utf8' }).stdout);
    fork(process.argv[1], { execArgv: [] }).once('message', (word) => process.stdout.write(word + '\\n'));
  }`;

/** The probe as the owner of what is attacked, outside. */
const owner = (...attempt: readonly (string | number)[]): string =>
  execFileSync(probePath(), attempt.map(String), { ...nobody, encoding: 'utf8' });

describe.skipIf(missing('linux', 'root', 'landlock7'))('sockets with a path', () => {
  const folder = temporaryFolder(0o755);
  const [stream, datagrams] = [folder.file('stream'), folder.file('datagrams')];
  const abstract = abstractName();
  const servers: Server[] = [];
  let count = 0;
  let receiver: ChildProcess | undefined;

  beforeAll(async () => {
    for (const path of [stream, `\0${abstract}`]) {
      const server = createServer((socket) => {
        count++;
        socket.on('error', () => undefined).destroy();
      });
      servers.push(server);
      await new Promise<void>((resolve) => {
        server.listen(path, resolve);
      });
    }
    chmodSync(stream, 0o777);
    receiver = spawn(probePath(), ['receive-unix', datagrams], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(receiver, 'spawn');
    await once(receiver.stdout ?? process.stdin, 'data');
  });
  afterAll(() => {
    for (const server of servers) server.close();
    receiver?.kill();
    folder[Symbol.dispose]();
  });

  const reached = (): readonly Attack[] => [
    works(['connect-unix', stream], 'EAFNOSUPPORT'),
    works(['connect-abstract', abstract], 'EAFNOSUPPORT'),
    works(['send-unix', datagrams], 'EAFNOSUPPORT'),
    // An end of a pair is connected, and a datagram socket can be sent and connected elsewhere all the same.
    works(['send-unix-by-pair', datagrams, SOCK_DGRAM], 'EAFNOSUPPORT'),
    works(['send-unix-by-pair', datagrams, SOCK_RAW], 'EAFNOSUPPORT'),
  ];

  describeAttacks('by sockets of the machine', {
    attacks: reached,
    twins: () => [
      ['unix-pair', SOCK_STREAM],
      ['unix-pair', SOCK_SEQPACKET],
    ],
  });

  it.each(attackers)('lets no connection of %s arrive', async (who) => {
    const before = await settled(() => count);
    await inside(
      who,
      reached().map(({ attempt }) => attempt),
    );
    expect(count).toBe(before);
  });

  it('leaves Node its children, their pipes and their channels', async () => {
    const script = folder.file('parent.cjs');
    writeFileSync(script, parent);
    const { stdout, status } = await startAs('switched', { policy: {}, program: process.execPath, args: [script] });
    expect({ stdout, status }).toEqual({ stdout: 'pipe\nchannel\n', status: 0 });
  });

  it('cannot-leave-by-a-pair-that-can-be-no-datagrams', async () => {
    const attempts = [SOCK_STREAM, SOCK_SEQPACKET].map((type) => ['send-unix-by-pair', datagrams, type] as const);
    // The kernel's own answers: a stream is connected, and a sequence of packets ignores the name and has lost its peer.
    expect(await inside('switched', attempts)).toEqual(['EISCONN', 'EPIPE']);
  });
});

describe.skipIf(missing('linux', 'root', 'landlock7'))('what has a key or a name', () => {
  const key = 0x5b_0000 + (process.pid % 0xffff);
  const queue = `/sb-attack-${process.pid}`;

  const clean = () => {
    const names = ['remove-segment', 'remove-semaphore', 'remove-messages'] as const;
    owner('--apart', ...names.flatMap((name) => [name, key, '+']), 'remove-queue', queue);
  };
  const make = () => {
    clean();
    expect(owner('make-shared', key, '+', 'make-queue', queue)).toMatch(/^make-shared 0 OK\nmake-queue 0 OK$/m);
  };
  afterAll(clean);

  const attacks = (): readonly Attack[] => {
    make();
    return [
      works(['write-segment', key], 'EPERM'),
      works(['raise-semaphore', key], 'EPERM'),
      works(['take-message', key], 'EPERM'),
      works(['remove-segment', key], 'EPERM'),
      works(['remove-semaphore', key], 'EPERM'),
      works(['remove-messages', key], 'EPERM'),
      works(['watch-queue', queue], 'EPERM'),
      works(['take-from-queue', queue], 'EPERM'),
      works(['remove-queue', queue], 'EPERM'),
    ];
  };

  describeAttacks('by keys and names', { attacks, twins: () => [['open-memory'], ['open-pipe']] });

  it.each(attackers)('leaves all of it there, and as it was, for %s', async (who) => {
    await inside(
      who,
      attacks().map(({ attempt }) => attempt),
    );
    expect(owner('take-message', key, '+', 'take-from-queue', queue, '+', 'write-segment', key)).toBe(
      'take-message 0 OK\ntake-from-queue 0 OK\nwrite-segment 0 OK\n',
    );
  });
});
