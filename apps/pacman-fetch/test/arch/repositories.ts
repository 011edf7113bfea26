/** The repositories of a small Arch: packages of each kind that pacman treats differently, signed and unsigned. */
import { randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A package by what sets it apart. */
interface Recipe {
  /** Default: 2-1, of which an installed 1-1 is older. */
  readonly version?: string;
  /** Further lines of its .PKGINFO. */
  readonly info?: readonly string[];
  /** Paths below /usr/share. Default: one of its own. */
  readonly files?: readonly string[];
  /** Bytes of each file. Default: its path. */
  readonly size?: number;
  /** Default: `good`, where its repository is signed. */
  readonly signature?: 'good' | 'none' | 'of another';
  /** Whether its server has other bytes than its database says. */
  readonly isSpoilt?: boolean;
}

/** What is in each repository; `old` is what is installed before. */
const recipes = {
  core: {
    library: {},
    app: { info: ['depend = library'] },
    renamed: { info: ['replaces = former', 'conflict = former', 'provides = former'] },
    tool: { info: ['depend = virtual'] },
    first: { info: ['provides = virtual'] },
    second: { info: ['provides = virtual'] },
    one: { info: ['group = few'] },
    two: { info: ['group = few'] },
    three: { info: ['group = few'] },
    clash: { info: ['conflict = app'] },
    heavy: { size: 3_000_000 },
    intruder: { files: ['nobodys/file'] },
    bare: { signature: 'none' },
    wrong: { signature: 'of another' },
    spoilt: { isSpoilt: true },
    absent: {},
    itself: { files: ['start', 'dist/cli.cjs', 'dist/worker.js'].map((name) => `../lib/pacman-fetch/${name}`) },
    runtime: { files: ['../bin/node'] },
  },
  extra: { plain: { signature: 'none' }, sealed: {} },
  loose: { free: { signature: 'none' }, friend: { signature: 'none', info: ['depend = library'] } },
  home: { own: { signature: 'none' } },
  old: {
    library: { version: '1-1' },
    app: { version: '1-1', info: ['depend = library'] },
    former: { version: '1-1' },
    orphan: { version: '1-1' },
  },
} satisfies Record<string, Record<string, Recipe>>;

/** Repositories as they lie on a disk. */
export interface Repositories {
  /** Folder with one folder for each of them. */
  readonly folder: string;
  /** A keyring that pacman can use. */
  readonly keyring: string;
}

/** Makes them, which takes some seconds. */
export function makeRepositories(folder: string): Repositories {
  const keyring = join(folder, 'keyring');
  mkdirSync(keyring, { mode: 0o700 });
  // gpg would make a keybox, which pacman doesn't look into.
  writeFileSync(join(keyring, 'pubring.gpg'), '');
  const gpg = (args: readonly string[], input?: string): string =>
    execFileSync('gpg', ['--homedir', keyring, '--batch', '--quiet', '--passphrase', '', ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      encoding: 'utf8',
      input,
    });
  gpg(['--pinentry-mode', 'loopback', '--quick-generate-key', 'Packager <p@localhost>', 'ed25519', 'sign', 'never']);
  for (const [repository, packages] of Object.entries(recipes)) {
    const own = join(folder, repository);
    mkdirSync(own);
    for (const [name, recipe] of Object.entries<Recipe>(packages)) {
      const file = join(own, fileOf(name, recipe));
      makePackage(file, name, recipe);
      if (recipe.signature !== 'none') gpg(['--detach-sign', '--output', `${file}.sig`, file]);
    }
    const files = Object.entries<Recipe>(packages).map(([name, recipe]) => fileOf(name, recipe));
    execFileSync('repo-add', ['--quiet', `${repository}.db.tar.gz`, ...files], { cwd: own, stdio: 'pipe' });
    if (repository === 'loose') forgetSums(own);
    for (const [name, recipe] of Object.entries<Recipe>(packages))
      disturb(join(own, fileOf(name, recipe)), name, recipe);
  }
  execFileSync('gpgconf', ['--homedir', keyring, '--kill', 'all']);
  rmSync(join(keyring, 'private-keys-v1.d'), { recursive: true });
  return { folder, keyring };
}

const fileOf = (name: string, { version = '2-1' }: Recipe): string => `${name}-${version}-any.pkg.tar.gz`;

function makePackage(file: string, name: string, { version = '2-1', info = [], files, size }: Recipe): void {
  const build = `${file}.build`;
  const paths = (files ?? [`${name}/data`]).map((path) => join('usr/share', path));
  for (const path of paths) {
    mkdirSync(join(build, path, '..'), { recursive: true });
    writeFileSync(join(build, path), size === undefined ? `${path} of ${version}` : randomBytes(size));
  }
  const always = { pkgname: name, pkgver: version, pkgdesc: `the ${name}`, size: 10, arch: 'any', builddate: 1 };
  const lines = [...Object.entries(always).map(([key, value]) => `${key} = ${value}`), ...info, ''];
  writeFileSync(join(build, '.PKGINFO'), lines.join('\n'));
  execFileSync('bsdtar', ['--uid=0', '--gid=0', '-czf', file, '-C', build, '.PKGINFO', 'usr']);
  rmSync(build, { recursive: true });
}

/** As databases are that something else than repo-add(8) has made. */
function forgetSums(folder: string): void {
  const script =
    'mkdir db && tar xf loose.db -C db && sed -i /SHA256SUM/,+2d db/*/desc && cd db && tar czf ../loose.db.tar.gz *';
  execFileSync('sh', ['-ec', `${script}; rm -r ../db`], { cwd: folder });
}

/** What is wrong with it on its server, after its database has been made. */
function disturb(file: string, name: string, { signature, isSpoilt = false }: Recipe): void {
  if (signature === 'of another') copyFileSync(join(file, '..', `${fileOf('library', {})}.sig`), `${file}.sig`);
  if (isSpoilt) {
    const content = readFileSync(file);
    content.writeUInt8(content.readUInt8(content.length - 1) ^ 1, content.length - 1);
    writeFileSync(file, content);
  }
  if (name === 'absent') for (const one of [file, `${file}.sig`]) rmSync(one);
}
