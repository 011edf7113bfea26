// `npm run bench -w @sb/seccomp`: our deny-dangerous beside the same list through libseccomp, by default and as a binary
// tree: instructions executed, nanoseconds a call, and the time to load. x86-64 Linux only.
// @ts-check
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { compile, expandGroup, policy, syscallNumber } from '@sb/seccomp';

import { buildReference, compileReference } from '../test/support/reference.mjs';
import { gates, judge } from './gates.mjs';
import { instructionsOf } from './interpreter.mjs';
import { naturalRules } from './natural.mjs';

const base = 'deny-dangerous';
const arch = 0xc000_003e;
const ALLOW = 0x7fff_0000;
const KILL_PROCESS = 0x8000_0000;

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
  const calls = cases.map(([name, number, a, b]) => {
    const results = run(measure, ['call', '151', String(number), String(a), String(b), ...files, 'none']);
    row(`ns a call: ${name}`, results);
    return /** @type {const} */ ([name, measured(results)]);
  });
  say('');
  const loads = run(measure, ['load', '1001', ...files]);
  row(
    'µs to load',
    loads.map((ns) => Math.round(ns / 100) / 10),
  );
  const { lines, passed } = judge(gates({ unlisted: measured(executed[3] ?? []), calls, load: measured(loads) }));
  say(['', ...lines].join('\n'));
  if (!passed) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The same list through libseccomp, in both of its forms. */
function reference() {
  const program = join(folder, 'reference');
  buildReference(program);
  const filter = { arch, otherwise: ALLOW, foreign: KILL_PROCESS, rules: naturalRules() };
  const { programs, remarks } = compileReference(program, [filter, { ...filter, tree: true }]);
  for (const remark of new Set(remarks)) say(`left out by libseccomp: ${remark}`);
  const [plain = new Uint8Array(), tree = new Uint8Array()] = programs;
  return { plain, tree };
}

/** @param {readonly number[]} results @returns {import('./gates.mjs').Measured} */
function measured([own = Number.NaN, byDefault = Number.NaN, tree = Number.NaN]) {
  return { ours: own, byDefault, tree };
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

/** @param {string} text */
function say(text) {
  process.stdout.write(`${text}\n`);
}
