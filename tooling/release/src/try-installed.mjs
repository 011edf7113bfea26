// What was installed, tried as a user tries it first: each entry by import and by require, each command by --version.
// @ts-check
import { spawnSync } from 'node:child_process';
import { posix, join } from 'node:path';

/** @typedef {import('./published.mjs').Manifest} Manifest */

/** Says the names that a module exports, in order. */
const byImport = "import(process.argv[1]).then((m) => console.log(Object.keys(m).sort().join(' ')))";
const byRequire =
  "console.log(Object.keys(require(process.argv[1])).filter((name) => name !== '__esModule').sort().join(' '))";

/**
 * The modules of a package, as they are imported: `@sb/core`, `@sb/core/document`.
 *
 * @param {Manifest} manifest
 * @returns {readonly string[]}
 */
export function modulesOf({ name, exports: offered = {} }) {
  return Object.keys(offered)
    .filter((key) => !key.endsWith('.json'))
    .map((key) => posix.join(name, key));
}

/**
 * Loads a module in both ways. Node 20.19 and later can require an ES module that waits for nothing when it loads; that is
 * promised of all of these (require() of modules(7) in Node's manual).
 *
 * @param {string} module
 * @param {string} folder where it is installed
 * @returns {string | undefined} what is wrong
 */
export function problemOfModule(module, folder) {
  const imported = node(['--input-type=module', '-e', byImport, module], folder);
  const required = node(['-e', byRequire, module], folder);
  if (imported.status !== 0) return `import: ${imported.stderr.slice(0, 500)}`;
  if (required.status !== 0) return `require: ${required.stderr.slice(0, 500)}`;
  if (imported.stdout.trim() === '') return 'exports nothing';
  return imported.stdout === required.stdout
    ? undefined
    : `import gives ${imported.stdout}, require ${required.stdout}`;
}

/**
 * Calls a command of a package.
 *
 * @param {string} command
 * @param {string} version
 * @param {string} folder
 * @returns {string | undefined}
 */
export function problemOfCommand(command, version, folder) {
  const { status, stdout, stderr } = spawnSync(join(folder, 'node_modules/.bin', command), ['--version'], {
    encoding: 'utf8',
    cwd: folder,
  });
  if (status !== 0) return `${command} --version ended with ${status}: ${stderr}`;
  return stdout.includes(version) ? undefined : `${command} --version says ${stdout.trim()}`;
}

/**
 * Lets the sandbox try from inside what it forbids, by its launcher, its addon and its probe as they were installed.
 *
 * @param {string} folder
 * @param {number} [id] of the user and the group that it is run as. Default: as this process
 * @returns {string | undefined}
 */
export function problemOfSelfTest(folder, id) {
  const who = id === undefined ? {} : { uid: id, gid: id };
  const command = join(folder, 'node_modules/.bin/sb-run');
  const { status, stdout, stderr } = spawnSync(command, ['--self-test'], { encoding: 'utf8', cwd: folder, ...who });
  return status === 0 && / attempts passed/.test(stdout) ? undefined : `it ended with ${status}: ${stdout}${stderr}`;
}

/** Without warnings, of which Node 20 and 22 have one for require of an ES module. @param {readonly string[]} args @param {string} cwd */
function node(args, cwd) {
  return spawnSync(process.execPath, ['--no-warnings', ...args], { cwd, encoding: 'utf8' });
}
