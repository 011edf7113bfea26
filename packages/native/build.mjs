// Builds the native parts of an installed package from the sources that it ships, and puts them where the package looks:
// `npm run build:source --prefix node_modules/@sb/NAME`. Needs a C compiler, make and what node-gyp needs.
// It lies in `source` of each package.
// @ts-check
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const name = String(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).name).replace(/^@sb\//, '');
const folder = join(import.meta.dirname, name);
const platform = `${process.platform}-${process.arch}`;
const target = join(root, 'prebuilds', platform);

/** @type {(program: string, args: readonly string[]) => void} */
function run(program, args) {
  const env = { CC: 'gcc', ...process.env };
  // Code that a C compiler can link needs no C++.
  const { status, error } = spawnSync(program, args, { cwd: folder, stdio: 'inherit', env: { LINK: env.CC, ...env } });
  if (status === 0) return;
  const isAbsent = error !== undefined && 'code' in error && error.code === 'ENOENT';
  const why = error?.message ?? `it ended with ${status}`;
  const what = isAbsent ? `${program} is not installed` : `${program} ${args.join(' ')} in ${folder} failed: ${why}`;
  const remedy = isAbsent ? 'Install it and try again.' : 'Install what it lacks and try again.';
  const more = program === 'node-gyp' ? " In npm's scripts node-gyp is npm's own; elsewhere: npx node-gyp." : '';
  process.stderr.write(`${what}.\n${remedy}${more}\n`);
  process.exit(1);
}

mkdirSync(target, { recursive: true });
if (existsSync(join(folder, 'binding.gyp'))) {
  run('node-gyp', ['rebuild', '--release']);
  // A part that a platform does not support leaves no file, and the package reports that itself.
  const addon = join(folder, 'build/Release', `${name}.node`);
  if (existsSync(addon)) copyFileSync(addon, join(target, `${name}.node`));
}
if (process.platform === 'linux' && existsSync(join(folder, 'Makefile'))) {
  run('make', ['--silent', '--always-make']);
  const made = join(folder, 'prebuilds', platform);
  for (const one of readdirSync(made)) copyFileSync(join(made, one), join(target, one));
}
process.stdout.write(`${join('prebuilds', platform)}: ${readdirSync(target).join(', ')}\n`);
