// Packs the sources, and writes a PKGBUILD beside them that has their sum: archive.mjs FOLDER
// @ts-check
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const app = join(import.meta.dirname, '..');
const root = join(app, '..', '..');
const [, , folder = '.'] = process.argv;
const target = resolve(folder);
const { version } = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8'));
// As a release has it.
const name = `sb-pacman-fetch-${version}`;
const archive = join(target, `${name}.tar.gz`);

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

mkdirSync(target, { recursive: true });
const options = ['--owner=0', '--group=0', '--numeric-owner', '--mode=u=rwX,go=rX', `--transform=s,^,${name}/,S`];
execFileSync('tar', [...options, '-C', root, '-czf', archive, '--null', '--files-from=-'], { input: files });
const sum = createHash('sha256').update(readFileSync(archive)).digest('hex');
const arch = join(import.meta.dirname, 'arch');
for (const one of readdirSync(arch)) cpSync(join(arch, one), join(target, one));
const recipe = readFileSync(join(arch, 'PKGBUILD'), 'utf8');
writeFileSync(join(target, 'PKGBUILD'), recipe.replace(/^sha256sums=.*$/m, `sha256sums=('${sum}')`));
