/* The Arch package: built by makepkg, installed by pacman into a root of its own, and used from there. */
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { fewOrMany, missing, runProgram, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { environment } from '../kit/fetch-program.js';
import { type Mirror, startMirror } from '../kit/mirror.js';
import { makeRepository, type Repository } from '../pacman/repository.js';
import { problemsOf, recipeProblems } from './rules.js';

const packaging = fileURLToPath(new URL('../../packaging', import.meta.url));
const root = fileURLToPath(new URL('../../../../', import.meta.url));
const nobody = { uid: 65_534, gid: 65_534 };
const isMissing = missing('linux', 'root', 'pacman', 'man');

let folder: TemporaryFolder;
let repository: Repository;
let mirror: Mirror;
let system: string;
/** What the package says when it is installed. */
let said: string;

async function run(program: string, args: readonly string[], options: object = {}): Promise<string> {
  const result = await runProgram(program, args, { env: environment, timeout: 120_000, ...options });
  expect(result, `${program} ${args.join(' ')}`).toMatchObject({ status: 0 });
  return result.stdout;
}

/** A folder that makepkg is to work in, which refuses to be root. */
async function recipe(): Promise<string> {
  const source = folder.file('arch');
  await run(process.execPath, [join(packaging, 'archive.mjs'), source]);
  await run('chown', ['-R', `${nobody.uid}:${nobody.gid}`, source]);
  return source;
}

const makepkg = async (cwd: string, ...args: readonly string[]): Promise<string> =>
  await run('makepkg', ['--nodeps', ...args], {
    ...nobody,
    cwd,
    env: { ...environment, HOME: cwd },
    timeout: 1_000_000,
  });

/** Packs what was built here, in place of what makepkg builds: that takes minutes. */
async function repack(source: string): Promise<void> {
  await makepkg(source, '--nobuild');
  const built = join(source, 'src', readdirSync(join(source, 'src')).find((name) => name.startsWith('sb-')) ?? '');
  for (const part of ['apps/pacman-fetch', ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}`)]) {
    for (const name of ['dist', 'prebuilds']) {
      const from = join(root, part, name);
      if (existsSync(from)) cpSync(from, join(built, part, name), { recursive: true });
    }
  }
  await run('chown', ['-R', `${nobody.uid}:${nobody.gid}`, source]);
  await makepkg(source, '--repackage');
}

async function build(): Promise<string> {
  const source = await recipe();
  if (fewOrMany(0, 1) === 1) await makepkg(source);
  else await repack(source);
  const [built, ...others] = readdirSync(source).filter((name) => name.includes('.pkg.tar'));
  expect(others).toEqual([]);
  return join(source, built ?? '');
}

const pacman = (...args: readonly string[]) => ['--config', folder.file('pacman.conf'), '--noconfirm', ...args];

beforeAll(async () => {
  if (isMissing) return;
  folder = temporaryFolder();
  system = folder.file('root');
  mkdirSync(join(system, 'var/lib/pacman'), { recursive: true });
  mkdirSync(join(system, 'cache'));
  repository = makeRepository(folder.path);
  const names = ['test.db', ...repository.packages];
  mirror = await startMirror(Object.fromEntries(names.map((name) => [`/${name}`, repository.read(name)])));
  const lines = [
    '[options]',
    `RootDir = ${system}`,
    `CacheDir = ${join(system, 'cache')}`,
    `LogFile = ${folder.file('log')}`,
    'Architecture = auto',
    'SigLevel = Never',
    'LocalFileSigLevel = Never',
    `XferCommand = ${system}/usr/bin/pacman-fetch --config ${folder.file('fetch.conf')} -o %o %u`,
    '[test]',
    `Server = ${mirror.origin}`,
    '',
  ];
  writeFileSync(folder.file('pacman.conf'), lines.join('\n'));
  writeFileSync(folder.file('fetch.conf'), '[options]\nSandboxUser = nobody\n');
  const file = await build();
  // Its install script and its hooks are run there.
  const copy =
    'mkdir -p "$1/usr/bin" "$1/bin" "$1/proc"; cp -L /bin/sh "$1/bin/"; cp -L /bin/bash /bin/rm /usr/bin/env "$1/usr/bin/"; cp -L "$2" "$1/usr/bin/node"; ' +
    `for one in /bin/sh /bin/bash /bin/rm /usr/bin/env "$2"; do ldd "$one" | grep -o '/[^ ]*'; done | sort -u | xargs cp -L --parents -t "$1"`;
  await run('sh', ['-c', copy, 'sh', system, process.execPath]);
  mkdirSync(join(system, 'etc'));
  writeFileSync(join(system, 'etc/pacman.conf'), '[options]\n');
  // sudo may keep the variables of a user.
  writeFileSync(join(system, 'odd.cjs'), `require('node:fs').writeFileSync('/ran', '');`);
  // What it depends on is the system's here, and not in this root.
  const assumed = ['nodejs=20.19.0', 'pacman=7.0.0'].flatMap((one) => ['--assume-installed', one]);
  const install = 'mount -t proc proc "$1/proc" && shift && NODE_OPTIONS="--require /odd.cjs" exec pacman "$@"';
  const words = [system, ...pacman(...assumed, '-U', file)];
  said = await run('unshare', ['--mount', 'sh', '-c', install, 'sh', ...words]);
}, 1_200_000);

afterAll(async () => {
  if (isMissing) return;
  await mirror[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
  // What was built from sources has many files.
}, 240_000);

describe.skipIf(missing('root', 'linux'))('what is packed for makepkg', () => {
  it('goes to no directory that somebody else may write in, and through no link', async () => {
    using own = temporaryFolder();
    const pack = async (...words: readonly string[]) =>
      await runProgram(process.execPath, [join(packaging, 'archive.mjs'), ...words], {
        env: { ...environment, TMPDIR: own.path },
      });
    const theirs = own.file('theirs');
    mkdirSync(theirs);
    for (const [uid, mode] of [
      [nobody.uid, 0o755],
      [0, 0o777],
    ] as const) {
      chownSync(theirs, uid, 0);
      chmodSync(theirs, mode);
      expect(await pack(theirs)).toMatchObject({ status: 1, stderr: expect.stringMatching(/other users can write/) });
    }
    expect(readdirSync(theirs)).toEqual([]);
    chmodSync(theirs, 0o755);
    // Below a directory of somebody else's, who can rename it.
    chownSync(theirs, nobody.uid, 0);
    expect(await pack(join(theirs, 'out'))).toMatchObject({ status: 1 });
    rmSync(join(theirs, 'out'), { recursive: true });
    chownSync(theirs, 0, 0);
    writeFileSync(own.file('kept'), 'kept');
    symlinkSync('../kept', join(theirs, 'PKGBUILD'));
    expect((await pack(theirs)).status).toBe(0);
    expect(readFileSync(own.file('kept'), 'utf8')).toBe('kept');
    // Without a name it is a new one.
    const { stdout } = await pack();
    expect(readdirSync(stdout.trim())).toContain('PKGBUILD');
  }, 120_000);
});

describe.skipIf(isMissing)('the package', () => {
  it('installs the program, its pages, its completions and the user, all of them root’s', async () => {
    const listed = await run('pacman', pacman('-Qlq', 'pacman-fetch'));
    const files = listed.split('\n').map((path) => path.slice(system.length));
    expect(files).toEqual(
      expect.arrayContaining([
        '/usr/bin/pacman-fetch',
        '/usr/lib/pacman-fetch/start',
        '/etc/pacman.d/pacman-fetch.conf',
        '/usr/lib/sysusers.d/pacman_fetch.conf',
        '/usr/lib/systemd/user/pacman-fetch-checkupdates.timer',
        '/usr/share/libalpm/hooks/pacman-fetch-code-cache.hook',
        '/usr/share/libalpm/hooks/pacman-fetch-code-cache-remove.hook',
        '/usr/share/man/man8/pacman-fetch.8.gz',
        '/usr/share/man/man5/pacman-fetch.conf.5.gz',
        '/usr/share/bash-completion/completions/pacman-fetch',
        '/usr/share/zsh/site-functions/_pacman-fetch',
        '/usr/share/fish/vendor_completions.d/pacman-fetch.fish',
        '/usr/share/licenses/pacman-fetch/LICENSE',
      ]),
    );
    expect(await run('pacman', pacman('-Qkk', 'pacman-fetch'))).toMatch(/ 0 altered files/);
    expect(readFileSync(join(system, 'usr/lib/sysusers.d/pacman_fetch.conf'), 'utf8')).toMatch(/^u! alpm /m);
  });

  it('is as Arch asks for', async () => {
    const listed = await run('pacman', pacman('-Qlq', 'pacman-fetch'));
    const paths = listed.split('\n').map((path) => path.slice(system.length + 1).replace(/\/$/, ''));
    expect(
      problemsOf(
        system,
        paths.filter((path) => path !== ''),
      ),
    ).toEqual([]);
    expect(recipeProblems({ file: join(folder.file('arch'), 'PKGBUILD') })).toEqual([]);
    // The control: that of the tree has no sum yet.
    const own = join(packaging, 'arch/PKGBUILD');
    expect(recipeProblems({ file: own })).toEqual(['each source has a sum']);
  });

  it('has the licence of everything that is bundled', async () => {
    const folders = join(system, 'usr/share/licenses/pacman-fetch');
    const text = readFileSync(join(folders, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
    for (const one of ['undici', 'get-east-asian-width', 'musl'])
      expect(text).toMatch(new RegExp(`^${one}\\b.*\\(MIT\\)$`, 'm'));
    const bundled = await run('find', [join(system, 'usr/lib/pacman-fetch'), '-name', 'THIRD-PARTY-LICENSES.txt']);
    for (const file of bundled.split('\n').filter(Boolean)) expect(text).toContain(readFileSync(file, 'utf8').trim());
  });

  it('says what to do next', () => {
    expect(said).toContain('pacman-fetch -Syu\n');
    expect(said).toContain('XferCommand = /usr/bin/pacman-fetch xfer %u\n');
    expect(said).toContain('pacman-fetch doctor\n');
  });

  it('needs nodejs and pacman', async () => {
    const info = await run('pacman', pacman('-Qi', 'pacman-fetch'));
    expect(info).toMatch(/^Depends On\s*: nodejs>=20\.19 {2}pacman>=7$/m);
  });

  it('keeps the compiled code of its programs by a hook', async () => {
    const { stdout } = await runProgram('find', [join(system, 'usr/lib/pacman-fetch'), '-name', '*.cache'], {});
    const made = stdout
      .split('\n')
      .filter(Boolean)
      .map((path) => path.slice(system.length))
      .sort();
    expect(made.map((path) => path.slice(path.lastIndexOf('/') + 1))).toEqual([
      'batch-main.cjs.cache',
      'cli-main.cjs.cache',
      'serve-main.cjs.cache',
      'worker.cjs.cache',
    ]);
    for (const path of made) expect([path, statSync(join(system, path)).mode & 0o777]).toEqual([path, 0o644]);
    // It runs as root, and takes nothing from the variables of the user who started pacman.
    expect(existsSync(join(system, 'odd.cjs'))).toBe(true);
    expect(existsSync(join(system, 'ran'))).toBe(false);
    // The other hook names each of them.
    const hook = readFileSync(join(system, 'usr/share/libalpm/hooks/pacman-fetch-code-cache-remove.hook'), 'utf8');
    expect(/^Exec = \S+ -f (.*)$/m.exec(hook)?.[1]?.split(' ').sort()).toEqual(made);
  });

  it('has a configuration that pacman-fetch takes', async () => {
    writeFileSync(join(system, 'etc/pacman.conf'), '[options]\n');
    const args = ['conf', '--config', join(system, 'etc/pacman.conf'), 'SandboxUser'];
    const { stdout, stderr } = await runProgram(join(system, 'usr/bin/pacman-fetch'), args, { env: environment });
    // The user is there where sysusers has run.
    expect(`${stdout}${stderr}`).toMatch(/^(?:alpm|error: .* SandboxUser = alpm: .* does not exist.*)$/m);
  });

  it('is used by pacman from there', async () => {
    await run('pacman', pacman('-Sy'));
    await run('pacman', pacman('-Sw', 'pkg0'));
    expect(existsSync(join(system, 'var/lib/pacman/sync/test.db'))).toBe(true);
    const cached = readdirSync(join(system, 'cache')).find((name) => name.startsWith('pkg0'));
    expect(readFileSync(join(system, 'cache', cached ?? ''))).toEqual(repository.read(cached ?? ''));
  });

  it('knows what the machine can enforce, with the launcher from there', async () => {
    const args = ['doctor', '--json', '--config', folder.file('fetch.conf')];
    const { stdout } = await runProgram(join(system, 'usr/bin/pacman-fetch'), args, { env: environment });
    const { features, attempts } = JSON.parse(stdout) as {
      features: { layer: string; state: string }[];
      attempts: { result: string }[];
    };
    expect(features.some(({ layer, state }) => layer === 'seccomp' && state === 'enforced')).toBe(true);
    expect(attempts.length).toBeGreaterThan(0);
    expect(attempts.every(({ result }) => result === 'passed')).toBe(true);
  });

  it('shows its man page, and goes again', async () => {
    const man = ['--local-file', join(system, 'usr/share/man/man8/pacman-fetch.8.gz')];
    expect(await run('man', man)).toMatch(/^PACMAN-FETCH\(8\)/);
    const before = await run('pacman', pacman('-Qlq', 'pacman-fetch'));
    writeFileSync(join(system, 'etc/pacman.conf'), 'XferCommand = /usr/bin/pacman-fetch xfer %u\n');
    const removed = await run('pacman', pacman('-R', 'pacman-fetch'));
    const left = before.split('\n').filter((path) => path !== '' && existsSync(path));
    // Folders that others are in stay.
    expect(left.filter((path) => !path.endsWith('/') || path.includes('pacman-fetch'))).toEqual([]);
    expect(removed).toContain('Remove this line from /etc/pacman.conf');
    expect(existsSync(join(system, 'usr/lib/pacman-fetch'))).toBe(false);
  });
});
