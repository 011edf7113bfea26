/* `sb-run --self-test` as root beside a hostile local user, and beside a hostile process of the sandbox's own user. */
import { chmodSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';

import {
  fewOrMany,
  missing,
  Neighbour,
  sandboxUser,
  stranger,
  type Tactic,
  World,
  expectNothingGained,
} from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { sbRun } from '../sb-run.js';

let world: World;
beforeEach(() => {
  world = new World(stranger);
});
afterEach(() => world[Symbol.dispose]());

/** How often it is tried: each time another moment is hit. */
const times = fewOrMany(1, 3);

/** Names that the self-test gives to what it makes. */
const names = ['file', 'program', 'made', 'link'];

type Attack = readonly [name: string, tactics: (folder: string) => readonly Tactic[]];

const attacks: readonly Attack[] = [
  ['renames its program over the one that is executed', (at) => [['react', at, `program=${world.program}`, 'program']]],
  ['does so by looking again and again', (at) => [['poll', at, `program=${world.program}`, 'program']]],
  ['plants links to a file of root’s', (at) => [['plant', at, `link=${world.secret}`, ...names]]],
  ['replaces what is made by links to a file of root’s', (at) => [['react', at, `link=${world.secret}`]]],
  ['replaces what is made by links to a folder of root’s', (at) => [['react', at, `link=${world.kept}`]]],
  ['replaces what is made by other names of a file of its own', (at) => [['react', at, `hard=${world.program}`]]],
  ['turns a folder into a link while it is removed', (at) => [['trap', at, world.kept]]],
  ['plants FIFOs', (at) => [['plant', at, 'fifo', ...names]]],
  ['plants sockets', (at) => [['plant', at, 'socket', ...names]]],
];

interface Run {
  readonly as: typeof stranger | typeof sandboxUser;
  readonly tactics: readonly Tactic[];
  readonly folder: string;
  readonly args?: readonly string[];
}

const selfTest = async (folder: string, args: readonly string[] = []) =>
  await sbRun(['--self-test', ...args], { env: { ...process.env, TMPDIR: folder } });

/** Runs the self-test beside the neighbour, and tells what came of both. */
async function beside({ as, tactics, folder, args }: Run) {
  await using neighbour = await Neighbour.start({ as, tactics });
  const statuses = new Set<number | null>();
  for (let time = 0; time < times; time++) statuses.add((await selfTest(folder, args)).status);
  const { did, gained } = await neighbour.stop();
  return { statuses: [...statuses], attempts: did.length, gained: [...gained, ...world.gains()] };
}

const asUser = ['--user', 'nobody'];

describe.skipIf(missing('linux', 'root', 'landlock7'))('sb-run --self-test beside another user', () => {
  it.each(attacks)('who %s gives nothing away, as root', async (_, tacticsAt) => {
    const run = await beside({ as: stranger, tactics: tacticsAt(world.open), folder: world.open });
    expect(run).toEqual({ statuses: [0], attempts: expect.any(Number) as number, gained: [] });
    expect(run.attempts).toBeGreaterThan(0);
    expect(readdirSync(world.open).filter((name) => name.startsWith('sb-'))).toEqual([]);
  });

  // The same code makes the same files; only whose they are differs.
  const some = attacks.filter((_, index) => index % fewOrMany(4, 1) === 0);
  it.each(some)('who %s gives nothing away, with a separate user', async (_, tacticsAt) => {
    const run = await beside({ as: stranger, tactics: tacticsAt(world.open), folder: world.open, args: asUser });
    expect(run).toEqual({ statuses: [0], attempts: expect.any(Number) as number, gained: [] });
    expect(run.attempts).toBeGreaterThan(0);
  });
});

describe.skipIf(missing('linux', 'root', 'landlock7'))('sb-run --self-test in the wrong directory', () => {
  it('refuses one of another user’s, and makes nothing there', async () => {
    const before = readdirSync(world.theirs);
    const { status, stdout, stderr } = await selfTest(world.theirs);
    expect({ status, stdout }).toEqual({ status: 125, stdout: '' });
    expect(stderr).toMatch(`${world.theirs} belongs to uid ${stranger.uid}`);
    expect(readdirSync(world.theirs)).toEqual(before);
  });

  it('refuses one in which everybody may rename everything', async () => {
    chmodSync(world.open, 0o777);
    const { status, stderr } = await selfTest(world.open);
    expect(status).toBe(125);
    expect(stderr).toMatch(`${world.open} is writable for all`);
    chmodSync(world.open, 0o1777);
    expect(await selfTest(world.open)).toMatchObject({ status: 0, stderr: '' });
  });

  it('refuses one that a link of another user’s leads to', async () => {
    mkdirSync(world.file('passage'));
    chmodSync(world.file('passage'), 0o1777);
    const link = world.file('passage', 'link');
    await using neighbour = await Neighbour.start({
      as: stranger,
      tactics: [['plant', world.file('passage'), `link=${world.roots}`, 'link']],
    });
    const { status, stderr } = await selfTest(link);
    expect(neighbour.did).toMatchObject([{ what: 'plant', outcome: 'OK', on: link }]);
    expect(status).toBe(125);
    expect(stderr).toMatch(`is a symbolic link of uid ${stranger.uid}`);
    const own = world.file('own');
    symlinkSync(world.roots, own);
    expect(await selfTest(own)).toMatchObject({ status: 0 });
  });
});

describe.skipIf(missing('linux', 'root', 'landlock7'))('sb-run --self-test beside a process of the same user', () => {
  const others: readonly Attack[] = [
    ['turns a folder of its own into a link', (at) => [['trap', at, world.kept]]],
    ['replaces what the user makes', (at) => [['react', at, `link=${world.kept}`]]],
    ['takes descriptors', () => [['take', process.pid]]],
    ['holds files', (at) => [['hold', at]]],
  ];
  it.each(others)('which %s gives nothing away', async (_, tacticsAt) => {
    const run = await beside({ as: sandboxUser, tactics: tacticsAt(world.open), folder: world.open, args: asUser });
    expectNothingGained(run.gained);
    expect(run.attempts).toBeGreaterThan(0);
  });

  it('which kills what is attempted is told, and nothing passes', async () => {
    const SIGKILL = 9;
    const tactics = [['signal', process.pid, SIGKILL]] as const;
    await using neighbour = await Neighbour.start({ as: sandboxUser, tactics });
    const { status, stdout } = await selfTest(world.open, asUser);
    const deed = { what: 'signal', outcome: 'OK', on: expect.any(String) as string };
    await expect.poll(() => neighbour.did).toContainEqual(deed);
    expect(status).toBe(125);
    expect(stdout).not.toMatch(/attempts passed/);
    expect(readdirSync(world.open)).toEqual([]);
  });

  it('which takes descriptors takes none of a probe’s', { timeout: 110_000 }, async () => {
    const as = { uid: 9, gid: 9 };
    await using thief = await Neighbour.start({ as, tactics: [['take', process.pid, 'is-euid']], seconds: 120 });
    // A probe is there for a moment only.
    for (let run = 0; run < 60 && thief.did.length === 0; run++)
      expect((await selfTest(world.roots, ['--user', '9:9'])).status).toBe(0);
    const { did, gained } = await thief.stop();
    expectNothingGained(gained);
    expect([...new Set(did.map(({ outcome }) => outcome))]).toContain('EPERM');
    expect(did.filter(({ outcome }) => outcome === 'OK')).toEqual([]);
  });

  it('which stops processes does not stop it for good', { timeout: 120_000 }, async () => {
    const SIGSTOP = 19;
    await using neighbour = await Neighbour.start({
      as: sandboxUser,
      tactics: [['signal', process.pid, SIGSTOP]],
      seconds: 100,
    });
    const { status, stdout } = await sbRun(['--self-test', ...asUser], { timeout: 90_000 });
    const deed = { what: 'signal', outcome: 'OK', on: expect.any(String) as string };
    await expect.poll(() => neighbour.did).toContainEqual(deed);
    // Where it is in time to stop the probe, that is killed after a while, and its attempts have failed.
    expect([0, 125]).toContain(status);
    expect(/attempts passed/.test(stdout)).toBe(status === 0);
  });
});
