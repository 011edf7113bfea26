// `npm run bench -w @sb/seccomp`: our deny-dangerous beside the same list through libseccomp, by default and as a binary
// tree: instructions executed, nanoseconds a call, and the time to load. x86-64 Linux only.
// @ts-check
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { compile, expandGroup, policy, presets, syscallNumber } from '@sb/seccomp';

import { buildReference, compileReference } from '../test/support/reference.mjs';
import { translate } from '../test/support/translate.mjs';
import { instructionsOf } from './interpreter.mjs';

/** @typedef {import('@sb/seccomp').Action} Action */

const base = 'deny-dangerous';
const arch = 0xc000_003e;
const ALLOW = 0x7fff_0000;
const errnos = new Map([
  ['EPERM', 1],
  ['ENOSYS', 38],
  ['EPROTONOSUPPORT', 93],
  ['EAFNOSUPPORT', 97],
]);
/** @param {Action} action */
const encode = (action) => (action.action === 'errno' ? 0x5_0000 + (errnos.get(String(action.errno)) ?? 0) : ALLOW);

const made = policy({ base, architectures: ['x86_64'] });
const ours = compile(made).programs[0]?.bytes ?? new Uint8Array();

const listed = [...expandGroup('@deny-dangerous').keys()]
  .flatMap((name) => syscallNumber(name, 'x86_64') ?? [])
  .sort((a, b) => a - b);
const [first = 0, middle = 0, last = 0] = [listed[0], listed[listed.length >> 1], listed.at(-1)];

const folder = mkdtempSync(join(tmpdir(), 'sb-bench-'));
try {
  const { plain, tree } = reference();
  const names = ['ours', 'libseccomp', 'libseccomp tree'];
  const programs = [ours, plain, tree];
  const files = programs.map((bytes, index) => {
    const file = join(folder, `filter-${index}`);
    writeFileSync(file, bytes);
    return file;
  });
  const measure = buildMeasure();
  say(
    `${base} on Linux ${release()}, x86_64: ${listed.length} listed calls. Least of many runs in turn; in brackets the ratio to ours\n`,
  );
  row('', [...names, 'no filter']);
  row(
    'length, instructions',
    programs.map((bytes) => bytes.length / 8),
  );
  say('');
  const cases = /** @type {const} */ ([
    ['first listed call', first, -1, -1],
    ['middle listed call', middle, -1, -1],
    ['last listed call', last, -1, -1],
    ['unlisted call (getppid)', 110, 0, 0],
    ['compared argument (ioctl)', 16, -1, 0x5413],
  ]);
  const executed = cases.map(([name, number, a, b]) => {
    const args = [a, b].map((value) => BigInt.asUintN(64, BigInt(value)));
    const counts = programs.map((bytes) => instructionsOf(bytes, { nr: number, arch, args }));
    row(`executed: ${name}`, counts);
    return counts;
  });
  say('');
  for (const [name, number, a, b] of cases) {
    const results = run(measure, ['call', '151', String(number), String(a), String(b), ...files, 'none']);
    row(`ns a call: ${name}`, results);
  }
  say('');
  const loads = run(measure, ['load', '1001', ...files]);
  row(
    'µs to load',
    loads.map((ns) => Math.round(ns / 100) / 10),
  );
  const [own = 0, byDefault = 0, byTree = 0] = executed[3] ?? [];
  say('');
  say(
    `an unlisted call executes ${own} instructions: ${percent(own, byDefault)} of the default's, ${percent(own, byTree)} of the tree's`,
  );
  const [load = 0, , loadTree = 0] = loads;
  say(`loading takes ${percent(load, loadTree)} of the tree's time`);
  if (own * 2 > byDefault || own > byTree || load > loadTree) {
    say('the target is missed: half of the default, no more than the tree, and no slower to load');
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The same list through libseccomp, in both of its forms. */
function reference() {
  const program = join(folder, 'reference');
  buildReference(program);
  const calls = new Map(
    [...expandGroup('@deny-dangerous').keys()].map((name) => [name, { rules: [], otherwise: made.denied }]),
  );
  /** @type {Map<string, { rules: { when: readonly import('@sb/seccomp').Condition[], action: Action }[], otherwise: Action }>} */
  const verdicts = new Map(calls);
  verdicts.set('clone3', { rules: [], otherwise: { action: 'errno', errno: 'ENOSYS' } });
  const families = [1, 2, 10, 16].map((value) => /** @type {const} */ ({ arg: 0, compare: 'ne32', value }));
  const sockets = [{ when: families, action: /** @type {Action} */ ({ action: 'errno', errno: 'EAFNOSUPPORT' }) }];
  verdicts.set('socketpair', { rules: sockets, otherwise: { action: 'allow' } });
  verdicts.set('socket', { rules: [...sockets], otherwise: { action: 'allow' } });
  for (const { syscall, when, action } of presets[base].rules) {
    const verdict = verdicts.get(syscall) ?? { rules: [], otherwise: { action: 'allow' } };
    verdict.rules.push({ when, action });
    verdicts.set(syscall, verdict);
  }
  const rules = [...verdicts]
    .filter(([name]) => syscallNumber(name, 'x86_64') !== undefined)
    .flatMap(([name, verdict]) => translate(name, verdict, { encode, otherwise: ALLOW }) ?? []);
  const filter = { arch, otherwise: ALLOW, foreign: 0x8000_0000, rules };
  const { programs } = compileReference(program, [filter, { ...filter, tree: true }]);
  const [plain = new Uint8Array(), tree = new Uint8Array()] = programs;
  return { plain, tree };
}

function buildMeasure() {
  const target = join(folder, 'measure');
  const source = fileURLToPath(new URL('measure.c', import.meta.url));
  const { status, stderr } = spawnSync('gcc', ['-O2', '-Wall', '-Wextra', '-Werror', '-o', target, source], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`measure.c could not be built: ${stderr}`);
  return target;
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @returns {number[]} the least of each
 */
function run(program, args) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`measure ${args[0]} ended with ${status}: ${stderr}`);
  return stdout
    .trim()
    .split('\n')
    .map((line) => Number(line.split(' ')[0]));
}

/** @param {string} title @param {readonly (string | number)[]} values */
function row(title, values) {
  const [own] = values;
  const cells = values.map((value) => {
    const ratio = typeof value === 'number' && typeof own === 'number' ? ` (${(value / own).toFixed(2)})` : '';
    return `${value}${ratio}`.padStart(20);
  });
  say(`${title.padEnd(38)}${cells.join('')}`);
}

/** @param {number} part @param {number} whole */
function percent(part, whole) {
  return `${Math.round((100 * part) / whole)} %`;
}

/** @param {string} text */
function say(text) {
  process.stdout.write(`${text}\n`);
}
