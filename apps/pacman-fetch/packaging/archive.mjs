// Packs the sources, and writes a PKGBUILD beside them that has their sum: archive.mjs [DIRECTORY]
// makepkg executes that PKGBUILD: nobody else may be able to write in the directory. Default: a new one, whose path is printed.
// @ts-check
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const app = join(import.meta.dirname, '..');
const root = join(app, '..', '..');
const target = directoryFor(process.argv[2]);
const { version } = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8'));
// As a release has it.
const name = `sb-pacman-fetch-${version}`;

// What git knows, and what is new; who packs need not own the tree.
const listed = [
  '-c',
  `safe.directory=${root.replace(/\/$/, '')}`,
  'ls-files',
  '--cached',
  '--others',
  '--exclude-standard',
  '-z',
];
const files = execFileSync('git', listed, { cwd: root, maxBuffer: 1 << 26 });

const options = ['--owner=0', '--group=0', '--numeric-owner', '--mode=u=rwX,go=rX', `--transform=s,^,${name}/,S`];
const packed = execFileSync('tar', [...options, '-C', root, '-cz', '--null', '--files-from=-'], {
  input: files,
  maxBuffer: 1 << 28,
});
write(`${name}.tar.gz`, packed);
const sum = createHash('sha256').update(packed).digest('hex');
const arch = join(import.meta.dirname, 'arch');
for (const one of readdirSync(arch)) {
  const text = readFileSync(join(arch, one), 'utf8');
  write(one, one === 'PKGBUILD' ? text.replace(/^sha256sums=.*$/m, `sha256sums=('${sum}')`) : text);
}
process.stdout.write(`${target}\n`);

/** A directory that nobody else can write in or rename. @param {string | undefined} named */
function directoryFor(named) {
  if (named === undefined) return mkdtempSync(join(tmpdir(), 'pacman-fetch-'));
  mkdirSync(resolve(named), { recursive: true, mode: 0o755 });
  const path = realpathSync(named);
  const status = lstatSync(path);
  if (status.uid === process.getuid?.() && (status.mode & 0o022) === 0 && isSafeBelow(dirname(path))) return path;
  process.stderr.write(
    `archive: other users can write in ${path}, or rename it. Name a directory that is yours alone.\n`,
  );
  process.exit(1);
}

/** Whether only root and the caller can rename what is in a directory, and those above. @param {string} path @returns {boolean} */
function isSafeBelow(path) {
  const { uid, mode } = lstatSync(path);
  const isOpen = (mode & 0o022) !== 0 && (mode & 0o1000) === 0;
  if (isOpen || (uid !== 0 && uid !== process.getuid?.())) return false;
  return path === dirname(path) || isSafeBelow(dirname(path));
}

/** Into a new file: what lies there may be a link. @param {string} file @param {string | Uint8Array} content */
function write(file, content) {
  rmSync(join(target, file), { force: true });
  writeFileSync(join(target, file), content, { flag: 'wx' });
}
