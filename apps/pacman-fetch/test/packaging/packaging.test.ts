/* The Arch package: built by makepkg, installed by pacman into a root of its own, and used from there. */
import { chownSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { missing, runProgram, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { environment } from './kit/fetch-program.js';
import { type Mirror, startMirror } from './kit/mirror.js';
import { makeRepository, type Repository } from './pacman/repository.js';

const packaging = fileURLToPath(new URL('../packaging', import.meta.url));
const nobody = { uid: 65_534, gid: 65_534 };
const isMissing = missing('linux', 'root', 'pacman', 'man');

let folder: TemporaryFolder;
let repository: Repository;
let mirror: Mirror;
let root: string;

async function run(program: string, args: readonly string[], options: object = {}): Promise<string> {
  const result = await runProgram(program, args, { env: environment, timeout: 120_000, ...options });
  expect(result, `${program} ${args.join(' ')}`).toMatchObject({ status: 0 });
  return result.stdout;
}

/** makepkg refuses to be root. */
async function build(): Promise<string> {
  const source = folder.file('arch');
  cpSync(join(packaging, 'arch'), source, { recursive: true });
  await run(process.execPath, [join(packaging, 'archive.mjs'), source]);
  for (const path of [source, ...readdirSync(source).map((name) => join(source, name))]) {
    chownSync(path, nobody.uid, nobody.gid);
  }
  await run('makepkg', ['--nodeps'], { ...nobody, cwd: source, env: { ...environment, HOME: source } });
  const [built, ...others] = readdirSync(source).filter((name) => name.includes('.pkg.tar'));
  expect(others).toEqual([]);
  return join(source, built ?? '');
}

const pacman = (...args: readonly string[]) => ['--config', folder.file('pacman.conf'), '--noconfirm', ...args];

beforeAll(async () => {
  if (isMissing) return;
  folder = temporaryFolder();
  root = folder.file('root');
  mkdirSync(join(root, 'var/lib/pacman'), { recursive: true });
  mkdirSync(join(root, 'cache'));
  repository = makeRepository(folder.path);
  const names = ['test.db', ...repository.packages];
  mirror = await startMirror(Object.fromEntries(names.map((name) => [`/${name}`, repository.read(name)])));
  const lines = [
    '[options]',
    `RootDir = ${root}`,
    `CacheDir = ${join(root, 'cache')}`,
    `LogFile = ${folder.file('log')}`,
    'Architecture = auto',
    'SigLevel = Never',
    'LocalFileSigLevel = Never',
    `XferCommand = ${root}/usr/bin/pacman-fetch --config ${folder.file('fetch.conf')} -o %o %u`,
    '[test]',
    `Server = ${mirror.origin}`,
    '',
  ];
  writeFileSync(folder.file('pacman.conf'), lines.join('\n'));
  writeFileSync(folder.file('fetch.conf'), '[options]\nSandboxUser = nobody\n');
  const file = await build();
  // What it depends on is the system's here, and not in this root.
  const assumed = ['nodejs=20.19.0', 'pacman=7.0.0'].flatMap((one) => ['--assume-installed', one]);
  await run('pacman', pacman(...assumed, '-U', file));
}, 240_000);

afterAll(async () => {
  if (isMissing) return;
  await mirror[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

describe.skipIf(isMissing)('the package', () => {
  it('installs the program, its pages, its completions and the user, all of them root’s', async () => {
    const listed = await run('pacman', pacman('-Qlq', 'pacman-fetch'));
    const files = listed.split('\n').map((path) => path.slice(root.length));
    expect(files).toEqual(
      expect.arrayContaining([
        '/usr/bin/pacman-fetch',
        '/usr/lib/pacman-fetch/start',
        '/etc/pacman.d/pacman-fetch.conf',
        '/usr/lib/sysusers.d/pacman_fetch.conf',
        '/usr/lib/systemd/user/pacman-fetch-checkupdates.timer',
        '/usr/share/man/man8/pacman-fetch.8.gz',
        '/usr/share/man/man5/pacman-fetch.conf.5.gz',
        '/usr/share/bash-completion/completions/pacman-fetch',
        '/usr/share/zsh/site-functions/_pacman-fetch',
        '/usr/share/fish/vendor_completions.d/pacman-fetch.fish',
        '/usr/share/licenses/pacman-fetch/LICENSE',
      ]),
    );
    const wrong = await run('find', [
      join(root, 'usr'),
      join(root, 'etc'),
      '(',
      '-not',
      '-user',
      '0',
      '-o',
      '-perm',
      '/6022',
      ')',
      '-not',
      '-type',
      'l',
    ]);
    expect(wrong).toBe('');
    expect(await run('pacman', pacman('-Qkk', 'pacman-fetch'))).toMatch(/ 0 altered files/);
    expect(readFileSync(join(root, 'usr/lib/sysusers.d/pacman_fetch.conf'), 'utf8')).toMatch(/^u! alpm /m);
  });

  it('needs nodejs and pacman', async () => {
    const info = await run('pacman', pacman('-Qi', 'pacman-fetch'));
    expect(info).toMatch(/^Depends On\s*: nodejs>=20\.19 {2}pacman>=7$/m);
  });

  it('has a configuration that pacman-fetch takes', async () => {
    writeFileSync(join(root, 'etc/pacman.conf'), '[options]\n');
    const args = ['conf', '--config', join(root, 'etc/pacman.conf'), 'SandboxUser'];
    const { stdout, stderr } = await runProgram(join(root, 'usr/bin/pacman-fetch'), args, { env: environment });
    // The user is there where sysusers has run.
    expect(`${stdout}${stderr}`).toMatch(/^(?:alpm|error: .* SandboxUser = alpm: .* does not exist.*)$/m);
  });

  it('is used by pacman from there', async () => {
    await run('pacman', pacman('-Sy'));
    await run('pacman', pacman('-Sw', 'pkg0'));
    expect(existsSync(join(root, 'var/lib/pacman/sync/test.db'))).toBe(true);
    const cached = readdirSync(join(root, 'cache')).find((name) => name.startsWith('pkg0'));
    expect(readFileSync(join(root, 'cache', cached ?? ''))).toEqual(repository.read(cached ?? ''));
  });

  it('knows what the machine can enforce, with the launcher from there', async () => {
    const args = ['doctor', '--json', '--config', folder.file('fetch.conf')];
    const { stdout } = await runProgram(join(root, 'usr/bin/pacman-fetch'), args, { env: environment });
    const { features, attempts } = JSON.parse(stdout) as {
      features: { layer: string; state: string }[];
      attempts: { result: string }[];
    };
    expect(features.some(({ layer, state }) => layer === 'seccomp' && state === 'enforced')).toBe(true);
    expect(attempts.length).toBeGreaterThan(0);
    expect(attempts.every(({ result }) => result === 'passed')).toBe(true);
  });

  it('shows its man page, and goes again', async () => {
    const man = ['--local-file', join(root, 'usr/share/man/man8/pacman-fetch.8.gz')];
    expect(await run('man', man)).toMatch(/^PACMAN-FETCH\(8\)/);
    await run('pacman', pacman('-R', 'pacman-fetch'));
    expect(existsSync(join(root, 'usr/bin/pacman-fetch'))).toBe(false);
  });
});
