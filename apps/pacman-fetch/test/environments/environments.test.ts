/* In containers, in namespaces and on kernels that lack something: what can be had is in force, nothing is downloaded as
 root where somebody else was asked for, and what is missing is named. */
import { chownSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { beneath, dockerCapabilities, dockerFilter, withoutLandlock } from '@sb/containers';
import { missing, type ProgramResult, runProgram, someOf, temporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { environment, program } from '../kit/fetch-program.js';
import { makeRepository } from '../pacman/repository.js';
import { Machine } from '../sync/machine.js';
import { type ObservingMirror, startObservingMirror } from './observing-mirror.js';

const nobody = 65_534;
const packageFile = 'pkg1-1-1-any.pkg.tar.zst';
const folder = temporaryFolder();
let mirror: ObservingMirror;
let machine: Machine;
let databases: string;

/** Where a command runs, and what must come of it. */
interface Situation {
  readonly where: string;
  /** Starts the program there. */
  readonly prefix: readonly string[];
  /** Lines of pacman-fetch.conf. Default: nobody downloads. */
  readonly own?: readonly string[];
  /** Who has databases and cache, and runs the program. Default: root. */
  readonly owner?: number;
  /** Who the kernel says is connected to the mirror; undefined where it refuses. */
  readonly seenAs: number | undefined;
  /** What it says on standard error; default: nothing. */
  readonly says?: RegExp;
}

const docker = [...dockerCapabilities, ...beneath(dockerFilter())];
const required = ['SandboxUser = nobody', 'SandboxFilesystem = require'];
const asNobody = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--groups=27'];
/** A filter that makes some calls fail with EPERM. */
const refusing = (...deny: readonly string[]) => beneath({ base: 'allow-all', deny });

const situations: readonly Situation[] = [
  { where: 'without CAP_SYS_ADMIN', prefix: ['setpriv', '--bounding-set=-sys_admin'], seenAs: nobody },
  {
    where: 'without CAP_SETUID',
    prefix: ['setpriv', '--bounding-set=-setuid'],
    seenAs: undefined,
    says: /^error: privdrop: .*lacks CAP_SETUID, so it cannot switch to nobody\n {7}Start the container with CAP_SETUID\.\n$/,
  },
  { where: "by Docker's default rules", prefix: docker, seenAs: nobody },
  {
    where: 'by rules that are older than Landlock',
    prefix: [...dockerCapabilities, ...beneath(withoutLandlock('EPERM'))],
    seenAs: nobody,
    says: /^warning: landlock \(fs\.\* \(16\), .*\) is missing: a system-call filter forbids it: .*\n {7}Let the container's filter allow landlock_create_ruleset, .*\n$/,
  },
  {
    where: 'by such rules, with Landlock required',
    prefix: [...dockerCapabilities, ...beneath(withoutLandlock('EPERM'))],
    own: required,
    seenAs: undefined,
    says: /^error: landlock: .*EPERM.*; required but not available: \d+ of its features\n {7}A system-call filter forbids it: .*\n$/,
  },
  {
    where: 'where Landlock is not built in',
    prefix: beneath(withoutLandlock('ENOSYS')),
    seenAs: nobody,
    says: /^warning: landlock \(.*\) is missing: .*\n {7}\S.*\.\n$/,
  },
  {
    where: 'where Landlock is not built in, and required',
    prefix: beneath(withoutLandlock('ENOSYS')),
    own: required,
    seenAs: undefined,
    says: /^error: landlock: .*ENOSYS.*; required but not available: \d+ of its features\n {7}\S.*\.\n$/,
  },
  {
    where: 'where Landlock is not switched on',
    prefix: beneath(withoutLandlock('EOPNOTSUPP')),
    seenAs: nobody,
    says: /^warning: landlock \(.*\) is missing: .*is not in lsm=\n {7}Boot with "lsm=landlock,.*"\.\n$/,
  },
  { where: 'under fakeroot, as root', prefix: ['fakeroot'], seenAs: nobody },
  {
    where: 'under fakeroot, as somebody else than is asked for',
    prefix: [...asNobody, 'fakeroot'],
    own: ['SandboxUser = daemon'],
    owner: nobody,
    seenAs: nobody,
    says: /^warning: privdrop \(.*user.*\) is missing: .*\(fakeroot only pretends to be root; the kernel sees uid 65534\)\n {7}Run outside of fakeroot/,
  },
  {
    where: 'under fakeroot, with that user required',
    prefix: [...asNobody, 'fakeroot'],
    own: ['SandboxUser = daemon', 'SandboxUserSwitch = require'],
    owner: nobody,
    seenAs: undefined,
    says: /^error: privdrop: .*uid 65534.*\n {7}\S.*\.\n$/,
  },
  {
    where: 'in a namespace with one user',
    prefix: ['unshare', '-Ur'],
    seenAs: undefined,
    says: /^error: privdrop: uid 65534 does not exist in this user namespace; the kernel shows that number .*\n {7}Map it .*or choose a mapped user\.\n$/,
  },
  {
    where: 'in such a namespace, where nobody is asked for',
    prefix: [...asNobody, 'unshare', '-Ur'],
    own: ['SandboxUserSwitch = off'],
    owner: nobody,
    seenAs: nobody,
  },
  {
    where: 'in a namespace that denies setgroups',
    prefix: [...asNobody, 'unshare', '--user', '--map-user=1', '--map-group=1'],
    own: ['SandboxUser = daemon'],
    owner: nobody,
    seenAs: nobody,
    says: /^warning: privdrop \(groups\) is missing: .*setgroups is denied.*\n {7}\S.*\.\n/,
  },
  {
    where: 'in a folder that refuses chown',
    prefix: refusing('chown', 'fchown', 'lchown', 'fchownat'),
    seenAs: nobody,
  },
  { where: 'in a folder without hard links', prefix: refusing('link', 'linkat'), seenAs: nobody },
];

/** Runs a command of the program in a situation; nothing is there but the databases, where packages are to come. */
async function run({ prefix, own = ['SandboxUser = nobody'], owner = 0 }: Situation, ...args: readonly string[]) {
  const [command = '', ...words] = args;
  const sync = join(machine.database, 'sync');
  for (const path of [machine.cache, machine.database]) {
    rmSync(path, { recursive: true });
    mkdirSync(path);
  }
  if (command === 'prefetch') cpSync(databases, sync, { recursive: true });
  else mkdirSync(sync);
  for (const path of [machine.cache, machine.database, sync]) chownSync(path, owner, owner);
  writeFileSync(join(dirname(machine.config), 'pacman.d', 'pacman-fetch.conf'), ['[options]', ...own, ''].join('\n'));
  const config = command === 'pacman' ? ['--', '--config', machine.config] : ['--config', machine.config];
  const [file = '', ...all] = [...prefix, process.execPath, program, command, ...config, ...words];
  mirror.seen();
  const result: ProgramResult = await runProgram(file, all, { env: environment });
  return { ...result, files: [...readdirSync(machine.cache), ...readdirSync(sync)], seen: mirror.seen() };
}

describe.skipIf(missing('root', 'linux', 'pacman', 'landlock6', 'libcap', 'fakeroot', 'unshare', 'userNamespaces'))(
  'downloads',
  () => {
    beforeAll(async () => {
      const repository = makeRepository(folder.path);
      const names = ['test.db', packageFile];
      mirror = await startObservingMirror(Object.fromEntries(names.map((name) => [name, repository.read(name)])));
      mkdirSync(folder.file('machine'));
      machine = new Machine(folder.file('machine'), { servers: [mirror.origin] });
      await machine.run('refresh');
      databases = folder.file('databases');
      cpSync(join(machine.database, 'sync'), databases, { recursive: true, preserveTimestamps: true });
    });
    afterAll(async () => {
      await mirror[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    });

    const commands = [
      ['test.db', 'refresh'],
      [packageFile, 'prefetch', 'pkg1'],
    ] as const;
    const cases = situations.flatMap((situation) =>
      commands.map(([file, ...words]) => ({ where: situation.where, command: words[0], situation, file, words })),
    );
    // Each situation once, and each command where it is refused, and by each owner; test:long has each in each situation.
    const some = someOf(cases, ({ where, command, situation: { seenAs, owner = 0 } }) => [
      where,
      `${command} ${seenAs === undefined}`,
      `${command} ${owner}`,
    ]);

    it.each(some)('$where: $command', async ({ situation, file, words }) => {
      const { seenAs, says = /^$/ } = situation;
      const { status, stderr, files, seen } = await run(situation, ...words);
      expect(stderr).toMatch(says);
      expect({ status, hasFile: files.includes(file) }).toEqual({
        status: seenAs === undefined ? 3 : 0,
        hasFile: seenAs !== undefined,
      });
      // By the owner of the socket, and by every thread of the process that has it.
      expect(seen.map(({ socketUid }) => socketUid)).toEqual(seenAs === undefined ? [] : [seenAs]);
      const ids = Array.from({ length: 4 }, () => seenAs).join('\t');
      for (const thread of seen.flatMap(({ threads }) => threads)) expect(thread).toMatch(new RegExp(`^${ids} \\| `));
    });

    it("and pacman installs, by Docker's default rules", async () => {
      const situation = { where: '', prefix: docker, seenAs: nobody };
      const { status, stderr, seen } = await run(situation, 'pacman', '-Sy', '--noconfirm', 'pkg1');
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(seen.map(({ socketUid }) => socketUid)).toEqual([nobody, nobody]);
      expect((await machine.pacman('-Q')).stdout).toBe('pkg1 1-1\n');
    });

    it('and pacman is not started where they are refused', async () => {
      const situation = { where: '', prefix: ['unshare', '-Ur'], seenAs: undefined };
      const { status, stdout, seen } = await run(situation, 'pacman', '-Sy', '--noconfirm', 'pkg1');
      expect({ status, seen }).toEqual({ status: 3, seen: [] });
      expect(stdout).toBe(':: Synchronizing package databases...\n');
      expect(existsSync(join(machine.database, 'db.lck'))).toBe(false);
    });
  },
);
