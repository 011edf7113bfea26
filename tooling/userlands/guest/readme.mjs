// The first example of each README, as it is printed there, from the README that is in the package.
// @ts-check
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { has, run, same, succeeded } from './checks.mjs';
import { serve } from './server.mjs';
import { runWithoutRings } from './without-rings.mjs';

const modules = join(import.meta.dirname, 'node_modules');
const isRoot = process.getuid?.() === 0;
const env = { PATH: '/usr/bin:/bin', HOME: '/tmp' };

/** The first block of code of a package's README. @param {string} name */
function example(name) {
  const readme = readFileSync(join(modules, name, 'README.md'), 'utf8');
  const [, code = ''] = /^```(?:js|ts)\n([^]*?)^```$/m.exec(readme) ?? [];
  same(code.includes(`from '${name}'`), true, 'the README has no such example');
  return code;
}

/** Text with parts replaced, each of which must be there. @type {(text: string, parts: Readonly<Record<string, string>>) => string} */
function changed(text, parts) {
  return Object.entries(parts).reduce((before, [from, to]) => {
    has(before, from);
    return before.replaceAll(from, to);
  }, text);
}

/** A directory to run an example in, with the packages and a directory `out` that the user may write to. */
function workFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'sb-readme-'));
  chmodSync(folder, 0o755);
  symlinkSync(modules, join(folder, 'node_modules'));
  mkdirSync(join(folder, 'out'));
  if (isRoot) chownSync(join(folder, 'out'), 65_534, 65_534);
  return folder;
}

/** @param {string} code @returns {readonly string[]} arguments of Node that run it as a module */
const inline = (code) => ['--input-type=module', '-e', code];

/** Runs code and returns the last line that it printed. @type {(code: string, cwd?: string) => Promise<string>} */
async function lastLine(code, cwd = workFolder()) {
  const ended = await run(process.execPath, inline(code), { cwd, env });
  return succeeded(ended).trimEnd().split('\n').at(-1) ?? '';
}

/** Fails unless code that only root can run ends with an error that says so. @param {string} code */
async function refused(code) {
  const { status, stderr } = await run(process.execPath, inline(code), { cwd: workFolder(), env });
  same(status, 1);
  has(stderr, "code: 'not-permitted'");
}

/** What a call comes to, in code that follows an example. */
const outcomes = `
  const outcome = (call) => { try { call(); return 'OK'; } catch (error) { return error.code; } };
  const said = (value) => console.log(JSON.stringify(value));`;
const imports = `import * as fs from 'node:fs';\n`;

/** @type {Readonly<Record<string, () => Promise<void>>>} */
const ofLayers = {
  '@sb/core': async () => {
    const { status, stderr } = await run(process.execPath, inline(example('@sb/core')), { cwd: workFolder(), env });
    same(status, 0);
    has(stderr, 'unknown-user ');
  },
  '@sb/privdrop': async () => {
    const code = example('@sb/privdrop');
    if (!isRoot) return await refused(code);
    const after = `${outcomes} said([process.getuid(), outcome(() => process.setuid(0))]);`;
    same(JSON.parse(await lastLine(`${code}${after}`)), [33, 'EPERM']);
  },
  '@sb/caps': async () => {
    const effective = `said(/^CapEff:\\s*(.*)$/m.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]);`;
    const none = '0'.repeat(16);
    const before = JSON.parse(await lastLine(`${imports}${outcomes}${effective}`));
    same(before === none, !isRoot, 'control');
    const code = example('@sb/caps');
    if (!isRoot) return await refused(code);
    same(JSON.parse(await lastLine(`${imports}${code}${outcomes}${effective}`)), none);
  },
  '@sb/landlock': async () => {
    const writes = `said(['out/x', 'y'].map((file) => outcome(() => fs.writeFileSync(file, 'x'))));`;
    same(JSON.parse(await lastLine(`${imports}${outcomes}${writes}`, writableFolder())), ['OK', 'OK'], 'control');
    const restricted = `${imports}${example('@sb/landlock')}${outcomes}${writes}`;
    same(JSON.parse(await lastLine(restricted, writableFolder())), ['OK', 'EACCES']);
  },
  '@sb/seccomp': async () => {
    const filters = `said(Number(/^Seccomp_filters:\\s*(.*)$/m.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]));`;
    const code = `${imports}${example('@sb/seccomp')}${outcomes}`;
    const controlled = await runWithoutRings(inline(`${imports}${outcomes}${filters}`), { cwd: workFolder() });
    const restricted = await runWithoutRings(inline(`${code}${filters}`), { cwd: workFolder() });
    same(JSON.parse(succeeded(restricted)) - JSON.parse(succeeded(controlled)), 1);
  },
};

/** One in which the example may write anywhere. */
function writableFolder() {
  const folder = workFolder();
  chmodSync(folder, 0o777);
  chmodSync(join(folder, 'out'), 0o777);
  return folder;
}

/** @param {string} origin of a server that has `page` at its root */
async function sandboxExample(origin) {
  const { port } = new URL(origin);
  const code = changed(example('@sb/sandbox'), {
    'https://example.org': `${origin}/page`,
    'connectTcp: [443]': `connectTcp: [${port}]`,
    ...(isRoot ? {} : { "user: 'nobody',": '' }),
  });
  const folder = workFolder();
  // Asked for before the report: a program that has ended by then says so no more.
  const asked = `const ended = new Promise((resolve) => child.on('close', resolve));\nconst report =`;
  const after = `console.log(report.status, await ended);`;
  const last = await lastLine(`${changed(code, { 'const report =': asked })}${after}`, folder);
  same(last, 'full 0');
  same(readFileSync(join(folder, 'out/page'), 'utf8'), 'page');
}

/** @type {(origin: string, sha256: string) => Promise<void>} */
async function fetcherExample(origin, sha256) {
  const folder = workFolder();
  const code = changed(example('@sb/fetcher'), {
    'https://mirror-a/x.pkg': `${origin}/nothing`,
    'https://mirror-b/x.pkg': `${origin}/page`,
    '/var/cache/pacman/pkg/x.pkg': join(folder, 'out/x.pkg'),
    '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08': sha256,
    "user: 'alpm', ": isRoot ? "user: 'nobody', " : '',
  });
  same(await lastLine(code, folder), 'done full');
  same(readFileSync(join(folder, 'out/x.pkg'), 'utf8'), 'page');
}

/** What is in it is root's: another user is not meant to. */
async function filesExample() {
  mkdirSync('/etc/tool', { recursive: true });
  mkdirSync('/var/cache/tool', { recursive: true });
  writeFileSync('/etc/tool/policy.json', '{}');
  await lastLine(example('@sb/files'));
  same(readFileSync('/var/cache/tool/new', 'utf8'), '');
}

/** @param {import('./checks.mjs').Checks} tests */
export async function checks(tests) {
  for (const [name, attempt] of Object.entries(ofLayers)) await tests.test(`the README of ${name}`, attempt);
  const { origin, sha256, close } = await serve();
  await tests.test('the README of @sb/sandbox', async () => await sandboxExample(origin));
  await tests.test('the README of @sb/fetcher', async () => await fetcherExample(origin, sha256));
  if (isRoot) await tests.test('the README of @sb/files', filesExample);
  close();
}
