// One runtime in one user land: the packages installed, and every test as root and as an ordinary user.
// @ts-check
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { output } from '../../kernel-matrix/src/shell.mjs';
import { visitEmulated } from './emulated.mjs';
import { visit } from './enter.mjs';
import { root as project } from './record.mjs';
import { runtimeNamed } from './runtimes.mjs';
import { sumOf } from './sum.mjs';

/** How long one may take, in minutes: half a one, and more where other programs use the machine. */
const minutes = 10;

/** The packages are installed, and then tried as root and as an ordinary user. */
const phases = ['install', 'root', 'user'];

/** Where bundlers, package managers and the container file are tried too. The file names its Node. */
const more = { node22: ['container'], node26: ['tools'] };

/**
 * How each runtime runs a file. Deno asks for each right that a program wants, and looks for packages only where it is told.
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const runs = {
  node: ['/sb/runtime/node'],
  bun: ['/sb/runtime/bun', 'run'],
  deno: ['/sb/runtime/deno', 'run', '--allow-all', '--no-lock', '--cached-only', '--node-modules-dir=manual'],
};

/** What only bundlers, package managers and the container file need, and Deno, for which npm installs the packages. */
const forTools = {
  '/sb/node': runtimeNamed('node24').folder,
  '/sb/tools': join(project, 'tooling/userlands/tools'),
  '/sb/children': join(project, 'tooling/node-matrix/test/fixtures'),
  '/sb/containers': join(project, 'tooling/containers/src'),
  '/sb/docker': join(project, 'examples/docker'),
};

/** Packages whose `examples` are run. */
const withExamples = ['caps', 'fetcher', 'landlock', 'seccomp'];

/**
 * @param {object} trial
 * @param {import('./lands.mjs').Land} trial.land
 * @param {string} trial.root directory with its files
 * @param {import('./runtimes.mjs').Runtime} trial.runtime
 * @param {string} trial.tarballs directory of the packed packages
 */
export async function tryRuntime({ land, root, runtime, tarballs }) {
  const started = performance.now();
  const others = land.hasTools === true ? (more[/** @type {keyof typeof more} */ (runtime.id)] ?? []) : [];
  const all = [...phases, ...others];
  const examples = withExamples.map((name) => [`/sb/examples/${name}`, join(project, 'packages', name, 'examples')]);
  const { files, log, failure } = await (land.arch === undefined ? visit : visitEmulated)({
    root,
    minutes,
    phases: all,
    command: [...(runs[runtime.kind] ?? []), '/sb/guest/session.mjs'],
    env: { LC_ALL: 'C.UTF-8', HOME: '/tmp', NO_COLOR: '1', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    folders: {
      '/sb/runtime': runtime.folder,
      '/sb/npm': npmFolder(),
      '/sb/guest': join(project, 'tooling/userlands/guest'),
      '/sb/smoke': join(project, 'tooling/kernel-matrix/guest'),
      '/sb/tarballs': tarballs,
      ...Object.fromEntries(examples),
      ...(land.hasTools === true ? forTools : {}),
    },
  });
  const file = keepLog(`${land.name} ${runtime.name}`, log);
  const tested = all.filter((phase) => phase !== 'install');
  const problems = failure === undefined ? [] : [failure];
  const sum = sumOf(tested, files, problems);
  const seen = sum.problems.length === 0 ? [] : [`see ${file}`];
  const seconds = Math.round((performance.now() - started) / 1000);
  return { runtime: runtime.name, ...sum, problems: [...sum.problems, ...seen], seconds };
}

/**
 * @param {string} root directory of a user land
 * @returns {string} the name and version of its C library
 */
export function libcOf(root) {
  // It is read, since what is of another processor can't be run.
  const glibc = ['x86_64', 'aarch64'].map((name) => join(root, `lib/${name}-linux-gnu/libc.so.6`)).find(existsSync);
  if (glibc !== undefined) {
    const [, version = 'of unknown version'] =
      / stable release version (\d+\.\d+)/.exec(readFileSync(glibc, 'latin1')) ?? [];
    return `glibc ${version}`;
  }
  const { stderr } = spawnSync('chroot', [root, '/lib/ld-musl-x86_64.so.1'], { encoding: 'utf8' });
  const [, musl = 'of unknown version'] = /^Version (\S+)$/m.exec(stderr ?? '') ?? [];
  return `musl ${musl}`;
}

/** npm as it is on this machine: what the releases of Node from npm don't have. */
function npmFolder() {
  return join(output('npm', ['root', '--global']).trim(), 'npm');
}

/** @type {(name: string, log: string) => string} */
function keepLog(name, log) {
  const file = join(project, 'reports/userlands', `${name.replaceAll(' ', '-')}.log`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, log);
  return file;
}
