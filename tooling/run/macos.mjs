// `npm run build:macos`: compiles and links for macOS, on Linux, with zig, every addon that a Mac has. Runs none of it:
// there is no Mac here, and what this shows is that the sources compile and link, nothing more.
// @ts-check
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';

import { thisRun } from '../support/src/data.mjs';
import { keep } from '../support/src/write.mjs';
import { installNpmPackages, setUp } from './setup.mjs';
import { fail, root, say } from './shell.mjs';
import { nodeHeaders } from './system-packages.mjs';

const targets = ['aarch64-macos', 'x86_64-macos'];

/** Those whose binding.gyp has nothing to build on a Mac are told apart by that file itself. */
const packages = ['core', 'privdrop', 'caps', 'landlock', 'seccomp', 'sandbox'];

/** @typedef {{ name: string, folder: string, sources: readonly string[] }} Addon */

if (process.platform !== 'linux' || process.arch !== 'x64') fail('zig is fetched for Linux on x64 only.');
setUp([]);
installNpmPackages('tooling/macos/zig');
const compiler = join(root, 'tooling/macos/zig/node_modules/zig/zig');
const version = spawnSync(compiler, ['version'], { encoding: 'utf8' }).stdout.trim();
const folder = mkdtempSync(join(tmpdir(), 'sb-macos-'));
try {
  const addons = packages.flatMap((name) => addonOf(name) ?? []);
  const run = { ...thisRun(), compiler: `zig ${version.split('+')[0]}` };
  const builds = targets.map((target) => {
    say(target);
    const sources = addons.flatMap((addon) => buildAddon(addon, target)).length;
    return { ...run, target, sources, linked: addons.map(({ name }) => `@sb/${name}`) };
  });
  for (const build of builds) keep('builds', build, targets);
  say(
    `${addons.map(({ name }) => name).join(', ')}: compiled and linked for ${targets.join(' and ')}. Not run: no Mac.`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * What a package's binding.gyp builds on a Mac. It is a literal of Python, which node-gyp needs anyway.
 *
 * @param {string} name of the package
 * @returns {Addon | undefined} undefined if there is nothing to build
 */
function addonOf(name) {
  const program = 'import ast, json, sys; print(json.dumps(ast.literal_eval(sys.stdin.read())))';
  const place = join(root, 'packages', name);
  /** @type {string} */
  let text;
  try {
    text = readFileSync(join(place, 'binding.gyp'), 'utf8');
  } catch {
    return undefined; // no addon at all
  }
  const { stdout, stderr } = spawnSync('python3', ['-c', program], { input: text, encoding: 'utf8' });
  if (stdout === '') fail(`packages/${name}/binding.gyp: ${stderr}`);
  const [target] = JSON.parse(stdout).targets;
  const sources = [...(target.sources ?? [])];
  let isNone = target.type === 'none';
  for (const [condition, then, otherwise = {}] of target.conditions ?? []) {
    if (condition !== 'OS=="linux"') fail(`packages/${name}/binding.gyp: ${condition} is new to tooling/run/macos.mjs`);
    void then; // Linux's
    sources.push(...(otherwise.sources ?? []));
    isNone ||= otherwise.type === 'none';
  }
  return isNone ? undefined : { name, folder: place, sources };
}

/** @type {(addon: Addon, target: string) => readonly string[]} paths of the objects */
function buildAddon({ name, folder: place, sources }, target) {
  const out = join(folder, target, name);
  mkdirSync(out, { recursive: true });
  const headers = [join(nodeHeaders() ?? '', 'include/node'), join(root, 'packages/native')];
  const warnings = ['-Wall', '-Wextra', '-Werror', '-Wshadow', '-Wconversion'];
  const flags = [...headers.flatMap((one) => ['-isystem', one]), '-std=gnu11', ...warnings, '-fvisibility=hidden'];
  const defines = ['NAPI_VERSION=8', `NODE_GYP_MODULE_NAME=${name}`];
  const objects = sources.map((source) => {
    const object = join(out, `${basename(source)}.o`);
    zig([...flags, ...defines.map((one) => `-D${one}`), '-c', resolve(place, source), '-o', object], target);
    return object;
  });
  // What Node itself has is found when Node loads the addon.
  const link = ['-shared', '-Wl,-undefined,dynamic_lookup', ...objects, '-o', join(out, `${name}.node`)];
  zig(link, target);
  return objects;
}

/** @type {(args: readonly string[], target: string) => void} */
function zig(args, target) {
  const env = {
    ...process.env,
    ZIG_GLOBAL_CACHE_DIR: join(folder, 'cache'),
    ZIG_LOCAL_CACHE_DIR: join(folder, 'cache'),
  };
  const { status, stderr } = spawnSync(compiler, ['cc', '-target', target, ...args], { env, encoding: 'utf8' });
  if (status !== 0) fail(`zig cc ${args.at(-1)} for ${target} failed (${status}):\n${stderr}`);
}
