// Brings a fresh clone to the point where its commands work: system packages, npm packages, built packages.
// @ts-check
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { attempt, fail, root, run, say } from './shell.mjs';
import { installSystemPackages, nodeHeaders } from './system-packages.mjs';

/** The oldest Node that is supported: Debian 13's. */
const oldestNode = [20, 19];

/** @param {readonly import('./system-packages.mjs').Purpose[]} purposes */
export function setUp(purposes) {
  requireNode();
  installSystemPackages(['build', ...purposes]);
  const folders = ['.'];
  // Programs of users may be compiled by a TypeScript that this project isn't built with. It checks types here as well.
  if (purposes.includes('test') || purposes.includes('check')) folders.push('tooling/release/typescript');
  // The matrix of Node releases exists for one platform here; elsewhere tests use the Node that runs them.
  if (purposes.includes('test') && process.platform === 'linux' && process.arch === 'x64') {
    folders.push('tooling/node-matrix/nodes');
  }
  installTogether(folders);
}

/**
 * Builds every package that has changed, and its native parts.
 *
 * @param {readonly string[]} [options] further arguments of turbo
 */
export function build(options = []) {
  // What is no clone has no list of its files, and nobody works on it.
  const isClone = existsSync(join(root, '.git'));
  if (isClone && attempt(process.execPath, ['tooling/checks/structure.mjs', '--build']) !== 0)
    fail('nothing was built.');
  say('building');
  const tasks = ['build', 'build:native'];
  run('npx', ['--no-install', 'turbo', 'run', ...tasks, '--output-logs=errors-only', ...options], {
    env: turboEnvironment(),
    quiet: true,
  });
}

/**
 * Runs a task of every package that has it.
 *
 * @param {string} task
 * @param {readonly string[]} [options] further arguments of turbo
 * @returns {number} exit status
 */
export function runTask(task, options = []) {
  return attempt('npx', ['--no-install', 'turbo', 'run', task, ...options], { env: turboEnvironment() });
}

/** The environment of turbo: no telemetry, and for node-gyp the headers of this Node and a linker that knows C alone. */
function turboEnvironment() {
  const { CC = 'gcc', LINK = CC } = process.env;
  const own = { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', SB_BUILD_HOST: buildHost() };
  return { ...process.env, ...own, npm_config_nodedir: nodeHeaders(), LINK };
}

/** What native parts depend on beside sources, for turbo's keys: a kept build is of no use to another kind of machine. */
export function buildHost() {
  const { header } = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  return `${process.platform}-${process.arch}-${header.glibcVersionRuntime === undefined ? 'no-glibc' : 'glibc'}`;
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldestNode;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  fail(`Node ${oldestNode.join('.')} or later is needed; this is ${process.versions.node}.`);
}

/**
 * Installs what a lock file says, unless exactly that is there already.
 *
 * @param {string} folder the directory of the lock file
 * @param {readonly string[]} [options] further arguments of npm
 */
export function installNpmPackages(folder, options = []) {
  installTogether([folder], options);
}

/** The arguments: options of npm, and directories. It fails if one of them can't be installed. */
const together = `
options=$1 all= status=0
shift
for directory; do npm ci --no-audit --no-fund --prefix "$directory" $options & all="$all $!"; done
for one in $all; do wait "$one" || status=$?; done
exit "$status"
`;

/**
 * {@link installNpmPackages} for some directories at once: npm waits for the network and for one processor.
 *
 * @param {readonly string[]} folders
 * @param {readonly string[]} [options] without spaces
 */
function installTogether(folders, options = []) {
  const stamps = folders.flatMap((folder) => {
    const lock = readFileSync(join(root, folder, 'package-lock.json'));
    const digest = createHash('sha256').update(lock).digest('hex');
    const file = join(root, folder, 'node_modules', '.installed-lock');
    return existsSync(file) && readFileSync(file, 'utf8') === digest ? [] : [{ folder, file, digest }];
  });
  if (stamps.length === 0) return;
  for (const { folder } of stamps) say(`installing npm packages${folder === '.' ? '' : ` of ${folder}`}`);
  run('sh', ['-c', together, 'sh', options.join(' '), ...stamps.map(({ folder }) => folder)], { quiet: true });
  for (const { file, digest } of stamps) writeFileSync(file, digest);
}
