/* refresh, prefetch, pacman and an XferCommand as root, with databases or a cache where a hostile neighbour is. */
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import {
  attacks,
  beside,
  missing,
  Neighbour,
  type ProgramResult,
  runProgram,
  sandboxUser,
  someOf,
  stranger,
  World,
  requireMet,
  untilMet,
  expectNothingGained,
} from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { runFetch } from '../kit/fetch-program.js';
import type { Machine } from '../sync/machine.js';
import { makeScene, type Scene } from '../sync/scene.js';
import { expectClearEnd, expectRootsFile } from './ending.js';

const file = 'pkg8-1-1-any.pkg.tar.zst';
const curl = 'XferCommand = /usr/bin/curl -sfo %o %u';

let scene: Scene;
let world: World;
/** Databases that are there already. */
let database: string;

interface Command {
  readonly name: string;
  /** What it makes or uses in its folder. */
  readonly names: readonly string[];
  /** A machine of which a part lies there. */
  readonly machine: (at: string) => Machine;
  readonly run: (machine: Machine) => Promise<ProgramResult>;
  /** Throws where it isn't done. */
  readonly work: (machine: Machine) => void;
  /** Whether it runs an XferCommand, which is refused where others write. */
  readonly runsCommand?: true;
}

const databaseNames = ['db.lck', 'db.lck.new', 'sync', 'test.db', 'test.db.part'];

/** All that is under a name when a database has come. */
function expectDatabase(machine: Machine): void {
  expectRootsFile(join(machine.database, 'sync', 'test.db'), scene.repository.read('test.db'));
}

const commands: readonly Command[] = [
  {
    name: 'refresh',
    names: databaseNames,
    machine: (at) => scene.machine({ database: at }),
    run: async (machine) => await machine.run('refresh'),
    work: expectDatabase,
  },
  {
    name: 'refresh with an XferCommand',
    names: databaseNames,
    machine: (at) => scene.machine({ database: at, own: [curl] }),
    run: async (machine) => await machine.run('refresh'),
    work: expectDatabase,
    runsCommand: true,
  },
  {
    name: 'prefetch',
    names: [file, `${file}.part`],
    machine: (at) => scene.machine({ database, cache: at }),
    run: async (machine) => await machine.run('prefetch', 'pkg8'),
    work: ({ cache }) => expectRootsFile(join(cache, file), scene.repository.read(file)),
  },
  {
    name: 'prefetch with an XferCommand',
    names: [file, `${file}.part`],
    machine: (at) => scene.machine({ database, cache: at, own: [curl] }),
    run: async (machine) => await machine.run('prefetch', 'pkg8'),
    work: ({ cache }) => expectRootsFile(join(cache, file), scene.repository.read(file)),
    runsCommand: true,
  },
  {
    name: 'pacman -- -S',
    names: [file, `${file}.part`],
    machine: (at) => scene.machine({ database, cache: at }),
    run: async ({ config }) => await runFetch(['pacman', '--', '--config', config, '--noconfirm', '-S', 'pkg8']),
    work: ({ config }) => expect(existsSync(join(config, '../root/usr/share/pkg8/data'))).toBe(true),
  },
];

describe.skipIf(missing('root', 'linux', 'pacman', 'nginx', 'openssl', 'curl', 'landlock7'))('root', () => {
  beforeAll(async () => {
    scene = await makeScene();
    const machine = scene.machine();
    const { status, stderr } = await machine.run('refresh');
    if (status !== 0) throw new Error(stderr);
    database = machine.database;
  });
  afterAll(async () => await scene[Symbol.asyncDispose]());
  beforeEach(() => {
    world = new World(stranger);
  });
  afterEach(() => world[Symbol.dispose]());

  const cases = commands.flatMap((command) =>
    attacks.map(([who, attack]) => ({ name: command.name, who, command, attack })),
  );
  // Each attack where a database comes and where a package comes, and each command in each place; test:long has each beside each.
  const some = someOf(cases, ({ name, who, command, attack }) => [
    `${name} ${attack.place}`,
    `${command.names === databaseNames ? 'database' : 'package'} ${who}`,
  ]);

  it.each(some)('$name gives nothing away beside $who', untilMet, async ({ command, attack }) => {
    const { names, machine: machineAt, run, work, runsCommand } = command;
    const machine = machineAt(world[attack.place]);
    const { result, attempts, gained } = await beside(attack, world, {
      names,
      command: async () => await run(machine),
    });
    expectNothingGained(gained);
    // Nothing appears for a command that is not run, since others write where its file belongs.
    const isRefused = runsCommand === true && result.stderr.includes('who could redirect the XferCommand');
    if (!isRefused) requireMet(attack, attempts);
    expectClearEnd(result, () => {
      if (attack.place !== 'theirs') work(machine);
    });
    if (attack.place === 'roots') expect(result.status).toBe(0);
  });

  it('does not show to all what only root may read, where that is moved to where a command was to write', async () => {
    const own = world.file('own');
    mkdirSync(own);
    const run = async (mode: number) => {
      // It begins as a database.
      writeFileSync(join(own, 'private'), Buffer.from('1f8b0800', 'hex'), { mode });
      chmodSync(own, 0o755);
      chownSync(own, sandboxUser.uid, sandboxUser.gid);
      writeFileSync(world.file('own.sh'), `mv ${own}/private "$2"\n`);
      const command = `XferCommand = /bin/sh ${world.file('own.sh')} %u %o`;
      const machine = scene.machine({ own: [command, 'SandboxFilesystem = off'] });
      const { stderr } = await machine.run('refresh');
      return { stderr, files: readdirSync(join(machine.database, 'sync')) };
    };
    expect(await run(0o600)).toEqual({
      stderr: expect.stringContaining(
        ' : what it left is not a regular file, has a second name, or is a private file of another user\n',
      ) as string,
      files: [],
    });
    // The control: what everybody may read is taken, and is no database.
    expect(await run(0o644)).toEqual({
      stderr: expect.stringMatching(/^error: could not (?:read|open) .*test/) as string,
      files: ['test.db'],
    });
  });

  describe('another process of an XferCommand’s user', () => {
    /** The user's own group and groups are the neighbour's as well. */
    const as = { ...sandboxUser, groups: [sandboxUser.gid] };
    const bytes = 'NEIGHBOUR\n';

    /** A command that takes its time after it has written its file, which it holds open. */
    const slow = (): readonly string[] => {
      writeFileSync(world.file('own.sh'), 'curl -sfo "$2" "$1" && exec 3<> "$2" && exec sleep 2\n');
      return [`XferCommand = /bin/sh ${world.file('own.sh')} %u %o`];
    };

    it('writes to a file in a directory of the user, and replaces one: the control', async () => {
      chownSync(world.roots, as.uid, as.gid);
      const path = join(world.roots, 'test.db.part');
      await using neighbour = await Neighbour.start({ as, tactics: [['react', world.roots, 'bytes', 'test.db.part']] });
      await runProgram('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', 'touch', path]);
      await expect.poll(() => readFileSync(path, 'utf8')).toBe(bytes);
      expect((await neighbour.stop()).did).toContainEqual({ what: 'replace', outcome: 'OK', on: path });
    });

    it('has nothing named that it has put in place of the command’s file', async () => {
      const machine = scene.machine({ own: slow() });
      mkdirSync(join(machine.database, 'sync'));
      await using neighbour = await Neighbour.start({ as, tactics: [['react', machine.database, 'bytes']] });
      const result = await machine.run('refresh');
      const { did } = await neighbour.stop();
      expect(did).toContainEqual({
        what: 'replace',
        outcome: 'EACCES',
        on: expect.stringMatching(/\/pacman-fetch-[^/]+$/) as string,
      });
      expect(did.filter(({ outcome }) => outcome === 'OK')).toEqual([]);
      expect(result).toMatchObject({ status: 0, stderr: '' });
      expectDatabase(machine);
    });

    it('takes nothing that the command has open', async () => {
      const machine = scene.machine({ own: slow() });
      await using neighbour = await Neighbour.start({ as, tactics: [['take', process.pid, 'sleep']] });
      const result = await machine.run('refresh');
      const { did, gained } = await neighbour.stop();
      expect(did.map(({ outcome }) => outcome)).toContain('EPERM');
      expectNothingGained(gained);
      expect(result).toMatchObject({ status: 0, stderr: '' });
      expectDatabase(machine);
    });
  });

  it.each([
    ['the worker', () => []],
    ['the XferCommand', () => [`XferCommand = /bin/sh ${world.file('own.sh')} %u %o`]],
  ])('names nothing where a process of the same user kills %s', async (_, own) => {
    // Both take long enough to be hit.
    writeFileSync(world.file('own.sh'), 'exec sleep 5\n');
    const SIGKILL = 9;
    const servers = [`${scene.nginx.http}/slow`];
    const machine = scene.machine({ database, cache: world.roots, own: own(), servers });
    await using neighbour = await Neighbour.start({ as: sandboxUser, tactics: [['signal', process.pid, SIGKILL]] });
    const result = await machine.run('prefetch', 'pkg8');
    const deed = { what: 'signal', outcome: 'OK', on: expect.any(String) as string };
    await expect.poll(() => neighbour.did).toContainEqual(deed);
    // What is hit may still be the launcher, on its way to the program.
    const { status, stderr } = result;
    expect([status, stderr]).toEqual([
      expect.toBeOneOf([1, 3]),
      expect.stringMatching(status === 1 ? /ended with SIGKILL/ : /ended without a report, so something killed it/),
    ]);
    expect(existsSync(join(world.roots, file))).toBe(false);
  });
});
