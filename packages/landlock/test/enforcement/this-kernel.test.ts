import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';

import {
  type Attempt,
  expectedLandlock,
  fixtureJson,
  missing,
  parseProbe,
  probeArguments,
  probePath,
  runProgram,
  type TemporaryFolder,
  temporaryFolder,
} from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  type FsRight,
  type LandlockError,
  type LandlockOptions,
  type LandlockReport,
  newestAbi,
  path,
  plan,
  policy,
  type Scope,
  support,
} from '../../src/index.js';
import { entryOf, type Group, namesOf } from '../../src/rights.js';
import { compile, nobody } from './programs.js';
import { makeOutside, makeTree, operations, type Outside, underParent } from './world.js';

/** What one feature alone must deny, by the name of its line: an attack of world.ts, or one of its own. */
const attacks: Readonly<Record<string, string | ((world: Readonly<{ socket: string }>) => Attempt)>> = {
  'fs.execute': 'execute',
  'fs.write_file': 'open for writing',
  'fs.read_file': 'open for reading',
  'fs.read_dir': 'list a directory',
  'fs.remove_dir': 'rmdir',
  'fs.remove_file': 'unlink',
  'fs.make_char': 'mknod (device)',
  'fs.make_dir': 'mkdir',
  'fs.make_reg': 'create',
  'fs.make_sock': 'bind a path socket',
  'fs.make_fifo': 'mkfifo',
  'fs.make_sym': 'symlink',
  'fs.truncate': 'truncate',
  'fs.ioctl_dev': 'ioctl on a device',
  'fs.resolve_unix': ({ socket }) => ['connect-unix', socket],
  'net.bind_tcp': 'bind, other port',
  'net.connect_tcp': 'connect, other port',
  'net.bind_udp': () => ['bind-udp', 40_054],
  'net.connect_send_udp': () => ['send-udp', 54],
  'scope.abstract_unix_socket': 'abstract socket outside',
  'scope.signal': 'signal the parent',
};

/** `fs.make_block` and `fs.refer` are the ordinary tables' business: both need more than one right. */
const untried = new Set(['fs.make_block', 'fs.refer']);

const features = (['fs', 'net', 'scope'] as const).flatMap((group) =>
  namesOf(group, newestAbi).map((name) => ({ group, name, feature: `${group}.${name}` })),
);

/** The first ABI that has all of them; what later ones brought restricts nothing more. */
const completeAbi = Math.max(...features.map(({ group, name }) => entryOf(group, name)?.abi ?? 0));

const netOptions: Readonly<Record<string, string>> = {
  bind_tcp: 'bindTcp',
  connect_tcp: 'connectTcp',
  bind_udp: 'bindUdp',
  connect_send_udp: 'connectSendUdp',
};

/** A policy of one feature, which it restricts wholly. */
function only(group: Group, name: string) {
  const rights = group === 'fs' && name === 'execute' ? [path(probePath(), ['execute'])] : [];
  const reading = group === 'fs' && name === 'read_file' ? [path(probePath(), ['read_file'])] : [];
  const options: Readonly<Record<string, Partial<LandlockOptions>>> = {
    fs: { handle: [name as FsRight], paths: [...rights, ...reading] },
    net: { net: { [netOptions[name] ?? name]: [] } },
    scope: { scope: [name as Scope] },
  };
  return policy({ abi: newestAbi, require: [], ...options[group] });
}

/* Runs on every kernel, with Landlock and without: what is said is what is so. */
describe.skipIf(missing('linux', 'root'))('this kernel', () => {
  const kernel = support();
  let outside: Outside;
  let launch: Awaited<ReturnType<typeof compile>>;
  let folder: TemporaryFolder;
  const server = createServer((connection) => connection.end());

  beforeAll(async () => {
    outside = await makeOutside();
    launch = await compile('launch');
    folder = temporaryFolder();
    server.listen(folder.file('socket'));
    await once(server, 'listening');
    chmodSync(folder.file('socket'), 0o666);
  });
  afterAll(() => {
    server.close();
    launch.folder[Symbol.dispose]();
    folder[Symbol.dispose]();
    outside[Symbol.dispose]();
  });

  it('is what it is taken for', () => {
    const expected = expectedLandlock() ?? (kernel.abi || kernel.state);
    expect(kernel.abi || kernel.state).toBe(expected);
  });

  /** What the kernel answers to an attempt of an ordinary user under a record; an empty one restricts nothing. */
  const answer = async (record: Uint8Array, attempt: Attempt) => {
    const file = folder.file(`record-${Math.random().toString(36).slice(2)}`);
    writeFileSync(file, record, { mode: 0o644 });
    const probe = [probePath(), ...probeArguments([attempt])] as const;
    const [program, ...args] = record.length === 0 ? probe : [launch.program, file, ...probe];
    const { stdout, stderr } = await runProgram(...underParent(program, args), nobody);
    expect(stderr).toBe('');
    return parseProbe(stdout, 1)[0]?.outcome;
  };

  it.each(features.filter(({ feature }) => !untried.has(feature)))(
    'denies what $feature forbids if the report says so, and only then',
    async ({ group, name, feature }) => {
      using tree = makeTree();
      const attack = attacks[feature];
      if (attack === undefined) throw new Error(`${feature} has no attack`);
      const attempt =
        typeof attack === 'string' ? operations(tree.path, outside)[attack] : attack({ socket: folder.file('socket') });
      if (attempt === undefined) throw new Error(`world.ts has no ${String(attack)}`);
      const { record, features: lines } = plan(only(group, name), kernel);
      const state = lines.find((line) => line.feature === feature)?.state;
      expect(state).toBe((entryOf(group, name)?.abi ?? 0) <= kernel.abi ? 'enforced' : 'unsupported');
      const denied = group === 'scope' ? 'EPERM' : 'EACCES';
      const outcome = await answer(record, attempt);
      if (state === 'enforced') expect(outcome).toBe(denied);
      using untouched = makeTree();
      const again = typeof attack === 'string' ? operations(untouched.path, outside)[attack] : attempt;
      const control = await answer(new Uint8Array(), again ?? attempt);
      expect(control).not.toBe('EACCES');
      if (state !== 'enforced') expect(outcome).toBe(control);
      if (control === 'EPERM') expect(feature).toBe('fs.make_char'); // the user lacks the capability as well
    },
  );

  /** Everything at once, through every thread of a Node process. */
  const restricted = async (require: readonly string[] | undefined) => {
    const everything = policy({
      abi: newestAbi,
      paths: [],
      net: { bindTcp: [], connectTcp: [], bindUdp: [], connectSendUdp: [] },
      scope: ['signal', 'abstract_unix_socket'],
      ...(require === undefined ? {} : { require }),
    });
    const fixture = new URL('fixtures/attempt.ts', import.meta.url);
    const args = [JSON.stringify([everything]), '/etc/passwd'];
    return await fixtureJson<{ outcomes: readonly (LandlockReport & LandlockError)[]; read: string }>(
      fixture,
      args,
      nobody,
    );
  };

  it('under require restricts everything or nothing', async () => {
    const { outcomes, read } = await restricted(undefined);
    if (kernel.abi >= completeAbi) {
      expect(outcomes).toMatchObject([{ status: 'full' }]);
      expect(read).toBe('EACCES');
      return;
    }
    const code = kernel.state === 'disabled-at-boot' ? 'disabled-at-boot' : 'unsupported-kernel';
    expect(outcomes).toMatchObject([{ code, layer: 'landlock', step: 'plan' }]);
    expect(read).toBe('OK');
  });

  it('under prefer restricts every thread as far as it can, and says how far', async () => {
    const { outcomes, read } = await restricted([]);
    const [report] = outcomes;
    const lost = report?.features.filter(({ state }) => state !== 'enforced').map(({ feature }) => feature);
    // What ABI 1 denies without being asked is in force, though it can't be granted.
    const expected = features.filter(({ group, name }) => (entryOf(group, name)?.abi ?? 0) > Math.max(kernel.abi, 0));
    const always = kernel.abi === 1 ? ['fs.refer'] : [];
    expect(lost).toEqual(expected.map(({ feature }) => feature).filter((feature) => !always.includes(feature)));
    expect(report?.status).toBe(kernel.abi === 0 ? 'none' : kernel.abi >= completeAbi ? 'full' : 'partial');
    expect((report?.threads ?? 0) > 4).toBe(kernel.abi > 0);
    expect(read).toBe(kernel.abi > 0 ? 'EACCES' : 'OK');
  });
});

/* The kernel's own synchronisation of threads where it has it (ABI 8), the broadcast below. */
describe.skipIf(missing('linux', 'root', 'landlock6'))('under scopes, the threads of one process', () => {
  it('are strangers to each other below ABI 8, and one family from there on', async () => {
    const outcome = await fixtureJson<object>(new URL('fixtures/strangers.ts', import.meta.url), [], nobody);
    const answer = support().abi >= 8 ? 'OK' : 'EPERM';
    expect(outcome).toEqual({
      inWorker: { connect: answer, signal: answer },
      inMain: { connect: 'OK', signal: 'OK' },
    });
  });
});
