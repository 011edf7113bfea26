import { chmodSync, closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';

import {
  type Attempt,
  fixtureJson,
  missing,
  parseProbe,
  probeArguments,
  probePath,
  type ProgramOptions,
  runProgram,
  type TemporaryFolder,
} from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { fastOpenAbi, type LandlockPolicy, path, plan, policy, type Scope, support } from '../../src/index.js';
import { compile, nobody } from './programs.js';
import { makeTree } from './world.js';

type Expected = readonly (readonly [attempt: Attempt, outcome: string])[];

/*
 * What the README says that Landlock does not restrict, each beside something that the same policy denies. Where one
 * of these turns red, the kernel has learnt something, and the README has to.
 */
describe.skipIf(missing('linux', 'root', 'landlock7'))('current limitations', () => {
  const { abi } = support();
  let launch: Awaited<ReturnType<typeof compile>>;
  let tree: TemporaryFolder;
  let servers: readonly Server[];
  let [open, closed] = [0, 0];

  beforeAll(async () => {
    launch = await compile('launch');
    tree = makeTree();
    // On both kinds of addresses.
    servers = [0, 0].map(() => createServer((socket) => socket.on('error', () => {}).end()).listen(0, '::'));
    servers = [...servers, createServer((socket) => socket.end()).listen(tree.file('socket'))];
    await Promise.all(servers.map((server) => once(server, 'listening')));
    chmodSync(tree.file('socket'), 0o666);
    [open = 0, closed = 0] = servers.map((server) => (server.address() as AddressInfo).port);
  });
  afterAll(() => {
    for (const server of servers) server.close();
    launch.folder[Symbol.dispose]();
    tree[Symbol.dispose]();
  });

  const outcomes = async (rules: LandlockPolicy | undefined, attempts: readonly Attempt[], as: ProgramOptions) => {
    const door: string[] = [];
    if (rules !== undefined) {
      const record = launch.folder.file(`record-${Math.random().toString(36).slice(2)}`);
      writeFileSync(record, plan(rules, support()).record, { mode: 0o644 });
      door.push(launch.program, record);
    }
    const [file = '', ...args] = [...door, probePath(), ...probeArguments(attempts)];
    const { stdout, stderr } = await runProgram(file, args, as);
    expect(stderr).toBe('');
    return parseProbe(stdout, attempts.length).map(({ outcome }) => outcome);
  };

  /** Tries everything without rules, where all of it works, and then under them; gives what went otherwise. */
  const surprises = async (rules: LandlockPolicy, expected: Expected, as: ProgramOptions = nobody) => {
    const attempts = expected.map(([attempt]) => attempt);
    const free = await outcomes(undefined, attempts, as);
    const answers = await outcomes(rules, attempts, as);
    return expected
      .map(([attempt, outcome], index) => ({ attempt, outcome, control: free[index], answer: answers[index] }))
      .filter(({ outcome, control, answer }) => control !== 'OK' || answer !== outcome);
  };

  const closedTo = (...extra: readonly ReturnType<typeof path>[]) =>
    policy({ abi: 7, paths: [path(probePath(), ['execute', 'read_file']), ...extra] });

  it('names and attributes stay visible and changeable', async () => {
    const file = tree.file('a', 'read');
    expect(
      await surprises(closedTo(), [
        [['open-read', file], 'EACCES'],
        [['list', tree.path], 'EACCES'],
        [['stat', file], 'OK'],
        [['access', file], 'OK'],
        [['chmod', file], 'OK'],
        [['chown', file], 'OK'],
        [['utimes', file], 'OK'],
        [['set-attribute', file], 'OK'],
        [['chdir', tree.path], 'OK'],
      ]),
    ).toEqual([]);
  });

  it('descriptors that were open before stay what they were, and open nothing else', async () => {
    const descriptors = [openSync(tree.file('a', 'write'), 'r+')];
    const as = { ...nobody, descriptors };
    expect(
      await surprises(
        closedTo(),
        [
          [['open-write', tree.file('a', 'write')], 'EACCES'],
          [['read-descriptor', 3], 'OK'],
          [['write-descriptor', 3], 'OK'],
          [['lock-descriptor', 3], 'OK'],
          [['truncate-descriptor', 3], 'OK'],
          [['open-descriptor', 3], 'EACCES'],
        ],
        as,
      ),
    ).toEqual([]);
    for (const descriptor of descriptors) closeSync(descriptor);
  });

  it('pipes and memory files can be opened through /proc', async () => {
    expect(
      await surprises(closedTo(), [
        [['open-read', '/proc/self/stat'], 'EACCES'],
        [['open-pipe'], 'OK'],
        [['open-memory'], 'OK'],
      ]),
    ).toEqual([]);
  });

  it('what can be read can be executed by other ways than execve', async () => {
    const program = tree.file('a', 'program');
    expect(
      await surprises(closedTo(path(program, ['read_file'])), [
        [['execute', program], 'EACCES'],
        [['map-executable', program], 'OK'],
        [['execute-memory', program], 'OK'],
      ]),
    ).toEqual([]);
  });

  it('ports are ports of any host', async () => {
    expect(
      await surprises(policy({ abi: 7, net: { connectTcp: [open] } }), [
        [['connect-tcp', open], 'OK'],
        [['connect-ipv6', open], 'OK'],
        [['connect-tcp', closed], 'EACCES'],
        [['connect-ipv6', closed], 'EACCES'],
        [['connect-mapped', closed], 'EACCES'],
      ]),
    ).toEqual([]);
  });

  it('MPTCP, and below ABI 10 TCP Fast Open by sending, reach ports that are forbidden', async () => {
    const byFastOpen = support().abi < fastOpenAbi ? 'OK' : 'EACCES';
    expect(
      await surprises(policy({ abi: 7, net: { connectTcp: [] } }), [
        [['connect-tcp', closed], 'EACCES'],
        [['send-tcp', closed], 'EACCES'],
        [['send-mptcp', closed], 'OK'],
        [['connect-fastopen', closed], 'EACCES'],
        [['sendto-fastopen', closed], byFastOpen],
        [['sendmsg-fastopen', closed], byFastOpen],
        [['sendmmsg-fastopen', closed], byFastOpen],
      ]),
    ).toEqual([]);
  });

  it('sockets of other kinds, io_uring, and below ABI 10 UDP, are not restricted', async () => {
    const rules = policy({
      abi: 7,
      paths: [path(probePath(), ['execute', 'read_file'])],
      net: { connectTcp: [], bindTcp: [] },
    });
    expect(
      await surprises(rules, [
        [['bind-tcp', 0], 'EACCES'],
        [['socket', 16, 3, 0], 'OK'], // netlink
        [['connect-udp', 53], 'OK'],
        [['send-udp', 53], 'OK'],
        [['bind-udp', 0], 'OK'],
        [['io-uring'], 'OK'],
      ]),
    ).toEqual([]);
    // Raw sockets and those for packets are for whoever has CAP_NET_RAW.
    const raw: Expected = [
      [['bind-tcp', 0], 'EACCES'],
      [['socket', 2, 3, 1], 'OK'],
      [['socket', 17, 3, 0], 'OK'],
    ];
    expect(await surprises(rules, raw, {})).toEqual([]);
  });

  it('below ABI 9, and under policies for less, path sockets made outside can be connected to', async () => {
    expect(
      await surprises(closedTo(), [
        [['open-write', tree.file('a', 'write')], 'EACCES'],
        [['connect-unix', tree.file('socket')], 'OK'],
      ]),
    ).toEqual([]);
    const newer = policy({ abi: 9, paths: [path(probePath(), ['execute', 'read_file'])], require: [] });
    const attempt: readonly Attempt[] = [['connect-unix', tree.file('socket')]];
    expect(await outcomes(newer, attempt, nobody)).toEqual([abi >= 9 ? 'EACCES' : 'OK']);
  });

  it('mount and pivot_root are denied by every ruleset for files, and by no other', async () => {
    const attempts: readonly Attempt[] = [['mount', '/mnt'], ['pivot-root']];
    // As root: the kernel then gets as far as seeing that the root can't be moved onto itself.
    expect(await outcomes(undefined, attempts, {})).toEqual(['OK', 'EBUSY']);
    const net = policy({ abi: 7, net: { connectTcp: [] }, scope: ['signal'] });
    expect(await outcomes(net, attempts, {})).toEqual(['OK', 'EBUSY']);
    const everything = policy({ abi: 7, handle: ['make_sym'], paths: [path('/', ['make_sym'])] });
    expect(await outcomes(everything, attempts, {})).toEqual(['EPERM', 'EPERM']);
  });

  /** Whether a process is there and more than a remainder. */
  const lives = (pid: number): boolean => {
    try {
      return !/^State:\s*[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
    } catch {
      return false;
    }
  };

  it.each<readonly [readonly Scope[] | undefined, survives: boolean]>([
    [undefined, false],
    [['abstract_unix_socket'], false],
    [['signal'], true],
  ])(
    'under the scopes %j a child from before outlives a parent that it should end with: %j',
    async (scope, survives) => {
      const rules = scope === undefined ? '' : JSON.stringify(policy({ abi: 7, scope }));
      const fixture = new URL('fixtures/outlived.ts', import.meta.url);
      const { before, after } = await fixtureJson<{ before: number; after: number }>(fixture, [rules], nobody);
      // A child from after is inside, and ends; so would the other one by now.
      await vi.waitFor(() => expect(lives(after)).toBe(false), 5000);
      if (survives) expect(lives(before)).toBe(true);
      else await vi.waitFor(() => expect(lives(before)).toBe(false), 5000);
      if (lives(before)) process.kill(before, 'SIGKILL');
    },
  );
});
