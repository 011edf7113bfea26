/* What pacman still needs when it is started: our XferCommand brings it, and no process with rights asks the network. */
import { appendFileSync, chmodSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { missing, type ProgramResult, runProgram, temporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type ObservingMirror, startObservingMirror } from '../environments/observing-mirror.js';
import { environment, program } from '../kit/fetch-program.js';
import { startMirror } from '../kit/mirror.js';
import { Machine, type MachineOptions } from '../sync/machine.js';
import { makeRepository, type Repository } from './repository.js';

const folder = temporaryFolder();
let repository: Repository;
let mirror: ObservingMirror;
let count = 0;

function machineOf(options: Partial<MachineOptions> = {}): Machine {
  const own = folder.file(`machine${count++}`);
  mkdirSync(own);
  return new Machine(own, { servers: [mirror.origin], ...options });
}

const optional = { options: ['SigLevel = Optional TrustAll'] };
const packageFile = 'pkg1-1-1-any.pkg.tar.zst';

/** Runs a command on a machine, with a line that it may read. */
async function run(
  words: readonly string[],
  { config }: Pick<Machine, 'config'>,
  { args, input = '' }: { readonly args: readonly string[]; readonly input?: string },
): Promise<ProgramResult> {
  const script = 'input=$1; shift; printf %s "$input" | exec "$@"';
  const all = ['-c', script, 'sh', input, ...words, ...args, '--config', config, '--noconfirm'];
  return await runProgram('sh', all, { env: environment, timeout: 55_000 });
}

const ours = [process.execPath, program];
const theirs = ['pacman'];

/** Who asked the network: `root` for a process that is root or has a capability. */
function askers(): readonly string[] {
  const kinds = mirror.seen().flatMap(({ socketUid, threads }) => {
    const hasRights = threads.some((thread) => {
      const [uids = '', , , effective = ''] = thread.split(' | ');
      return /\b0\b/.test(uids) || /[^0]/.test(effective);
    });
    return [socketUid === 0 || hasRights ? 'root' : `uid ${socketUid}`];
  });
  return [...new Set(kinds)];
}

/** What pacman has left to ask for, and how it is brought about. */
interface LeftOver {
  readonly what: string;
  readonly options?: Partial<MachineOptions>;
  readonly args: (origin: string) => readonly string[];
  readonly input?: string;
  /** A last line of pacman.conf, which was right for pacman alone. */
  readonly line?: string;
}

const leftOvers: readonly LeftOver[] = [
  { what: '-U URL', args: (origin) => ['-U', `${origin}/${packageFile}`] },
  { what: '-U URL of an optional signature', options: optional, args: (origin) => ['-U', `${origin}/${packageFile}`] },
  { what: 'names from standard input', args: () => ['-S', '-'], input: 'pkg1\n' },
  { what: 'a package whose signature is optional', options: optional, args: () => ['-S', 'pkg1'] },
  {
    what: '-U URL with an XferCommand of pacman.conf that runs as root',
    args: (origin) => ['-U', `${origin}/${packageFile}`],
    line: 'XferCommand = /usr/bin/curl -sfo %o %u',
  },
];

beforeAll(async () => {
  repository = makeRepository(folder.path);
  const names = readdirSync(repository.folder).filter((name) => !name.endsWith('.sig'));
  mirror = await startObservingMirror(Object.fromEntries(names.map((name) => [name, repository.read(name)])));
});
afterAll(async () => {
  await mirror[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

describe.skipIf(missing('root', 'linux', 'pacman', 'openssl', 'landlock6', 'curl'))('what pacman still needs', () => {
  describe.each(leftOvers)('$what', ({ options, args, input = '', line = '' }) => {
    function prepared(): Machine {
      const machine = machineOf(options);
      appendFileSync(machine.config, `[options]\n${line}\n`);
      return machine;
    }
    const given = () => ({ args: args(mirror.origin), input });

    it('pacman by itself asks the network for as root', async () => {
      const machine = prepared();
      expect(await run(theirs, machine, { args: ['-Sy'] })).toMatchObject({ status: 0 });
      askers();
      expect(await run(theirs, machine, given())).toMatchObject({ status: 0 });
      expect(askers()).toEqual(['root']);
    });

    it('comes by a user without rights', async () => {
      const machine = prepared();
      expect(await run(theirs, machine, { args: ['-Sy'] })).toMatchObject({ status: 0 });
      askers();
      const { status, stderr } = await run(ours, machine, given());
      expect(status, stderr).toBe(0);
      // pacman itself, where it finds no terminal after such input.
      expect(stderr.replace(/^error: failed to reopen stdin .*\n/, '')).toBe('');
      expect(askers()).toEqual(['uid 65534']);
      expect((await machine.pacman('-Q')).stdout).toBe('pkg1 1-1\n');
      expect(readdirSync(machine.cache).toSorted()).toEqual([packageFile]);
    });
  });

  it.each([[], ['DownloadUser = nobody']])('comes from the cache where it is there already (%s)', async (...lines) => {
    const machine = machineOf({ options: [...optional.options, ...lines.flat()] });
    expect(await run(theirs, machine, { args: ['-Sy'] })).toMatchObject({ status: 0 });
    const before = mirror.requests.length;
    expect(await run(ours, machine, { args: ['-S', 'pkg1'] })).toMatchObject({ status: 0 });
    expect(mirror.requests.slice(before).map(({ url }) => url)).toEqual([`/${packageFile}`, `/${packageFile}.sig`]);
  });

  it('comes from a repository that only root can read', async () => {
    const own = folder.file(`copy${count++}`);
    mkdirSync(own, { mode: 0o700 });
    for (const name of readdirSync(repository.folder).filter((one) => !one.endsWith('.sig'))) {
      writeFileSync(join(own, name), repository.read(name));
    }
    const options = [...optional.options, 'DownloadUser = nobody'];
    const machine = machineOf({ options, servers: [`file://${own}`] });
    expect(await run(ours, machine, { args: ['-Sy'] })).toMatchObject({ status: 0 });
    expect(await run(ours, machine, { args: ['-S', 'pkg1'] })).toMatchObject({ status: 0, stderr: '' });
    expect((await machine.pacman('-Q')).stdout).toBe('pkg1 1-1\n');
  });

  it('is refused for another system root, where pacman would not find this program', async () => {
    const { status, stderr } = await run(ours, machineOf(), { args: ['-S', 'pkg1', '--sysroot', '/'] });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr:
        'error: downloads with --sysroot are not supported\n       Run pacman-fetch within that system: "chroot DIRECTORY pacman-fetch ...".\n',
    });
  });

  it('does not begin where its configuration has no place', async () => {
    const { config } = machineOf();
    const words = [program, '-U', `${mirror.origin}/${packageFile}`, '--config', config, '--noconfirm'];
    const script = 'for one in /run /var/lib/pacman; do mount -t tmpfs -o ro none "$one" || exit 9; done; exec "$@"';
    const env = { ...environment, TMPDIR: folder.file('no-such-folder') };
    const args = ['--mount', 'sh', '-c', script, 'sh', process.execPath, ...words];
    const { status, stderr } = await runProgram('unshare', args, { env });
    expect(status).toBe(4);
    expect(stderr).toMatch(/^error: cannot write the configuration for pacman: \/run: EROFS .*\n {7}.*room there\.\n$/);
  });

  it('comes where TMPDIR is a directory that root could not make anything in', async () => {
    const { config } = machineOf();
    const args = [program, '-U', `${mirror.origin}/${packageFile}`, '--config', config, '--noconfirm'];
    const env = { ...environment, TMPDIR: folder.file('no-such-folder') };
    expect(await runProgram(process.execPath, args, { env })).toMatchObject({ status: 0 });
    askers();
  });

  it('is not asked for by root where POSIXLY_CORRECT ends the options at the first target', async () => {
    const { config } = machineOf();
    const args = [program, '-U', '--config', config, '--noconfirm', `${mirror.origin}/${packageFile}`];
    askers();
    const env = { ...environment, POSIXLY_CORRECT: '1' };
    expect(await runProgram(process.execPath, args, { env })).toMatchObject({ status: 0 });
    expect(askers()).toEqual(['uid 65534']);
  });

  it('is found by a path that has spaces and the signs of a pattern', async () => {
    const machine = machineOf();
    const config = join(folder.path, `odd [x] ${count++}*?.conf`);
    writeFileSync(config, `[options]\nInclude = ${machine.config}\n[options]\nSigLevel = Never\n`);
    mkdirSync(join(folder.path, 'pacman.d'), { recursive: true });
    writeFileSync(join(folder.path, 'pacman.d/pacman-fetch.conf'), '[options]\nSandboxUser = nobody\n');
    const { status, stderr } = await run(ours, { config }, { args: ['-U', `${mirror.origin}/${packageFile}`] });
    expect(status, stderr).toBe(0);
    expect(askers()).toEqual(['uid 65534']);
  });

  it('is told by its exit status where it does not come', async () => {
    const machine = machineOf();
    const { status, stderr } = await run(ours, machine, { args: ['-U', `${mirror.origin}/absent.pkg.tar.zst`] });
    // That of a pacman which gets no file.
    expect(status).toBe(255);
    expect(stderr).toContain(`error: failed retrieving file 'absent.pkg.tar.zst' from ${mirror.host} : `);
  });
});

describe.skipIf(missing('root', 'linux', 'pacman', 'landlock6'))('XferCommand = pacman-fetch xfer %u', () => {
  function machineByXfer(): Machine {
    const machine = machineOf({ options: ['SigLevel = Optional TrustAll'] });
    appendFileSync(machine.config, `[options]\nXferCommand = ${ours.join(' ')} xfer --config ${machine.config} %u\n`);
    return machine;
  }
  const news = async (machine: Machine, ...args: readonly string[]) => {
    const before = mirror.requests.length;
    const result = await machine.pacman(...args);
    return { ...result, asked: mirror.requests.slice(before).map(({ url }) => url) };
  };

  it('leaves out signatures that no server has, and a database that has not changed, without an error', async () => {
    const machine = machineByXfer();
    expect(await news(machine, '-Sy')).toMatchObject({ status: 0, stderr: '', asked: ['/test.db', '/test.db.sig'] });
    const database = join(machine.database, 'sync/test.db');
    const { size, mtimeMs, ino } = statSync(database);
    expect(await news(machine, '-Sy')).toMatchObject({ status: 0, stderr: '' });
    expect(statSync(database)).toMatchObject({ size, mtimeMs, ino });
    expect(await news(machine, '-Syy')).toMatchObject({ status: 0, stderr: '' });
    expect(statSync(database).ino).not.toBe(ino);
    rmSync(database);
    expect(await news(machine, '-Sy')).toMatchObject({ status: 0, stderr: '' });
    expect(await news(machine, '-S', 'pkg1')).toMatchObject({ status: 0, stderr: '' });
  });

  it('takes no page in place of a signature', async () => {
    const machine = machineByXfer();
    chmodSync(machine.cache, 0o755);
    await using portal = await startMirror({}, { '/x.pkg.tar.zst.sig': (_, response) => void response.end('<html>') });
    const args = ['xfer', '--config', machine.config, `${portal.origin}/x.pkg.tar.zst.sig`];
    const { status, stderr } = await runProgram(process.execPath, [program, ...args], {
      env: environment,
      cwd: machine.cache,
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: failed retrieving file 'x\.pkg\.tar\.zst\.sig' from /);
    expect(readdirSync(machine.cache)).toEqual([]);
  });

  it.each([[[]], [['http://x/a', 'http://x/b']], [['http://x/']], [['http://x/..']], [['ftp://x/a']]])(
    'refuses %j',
    async (urls) => {
      const { status, stderr } = await runProgram(process.execPath, [program, 'xfer', ...urls], { env: environment });
      expect(status).toBe(2);
      expect(stderr).toMatch(/^error: .*\n {7}.+\n$/);
    },
  );
});
