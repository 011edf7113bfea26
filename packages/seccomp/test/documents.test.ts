/* What people read first has to be true: the documents know every group and code, and the examples run. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { missing, runProgram } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { programFor } from '../src/compiler/compile.js';
import { compile, expandGroup, groupAbout, groupNames, policy, syscallNumber } from '../src/index.js';
import { baseNames } from '../src/policy/presets.js';

const examples = fileURLToPath(new URL('../examples/', import.meta.url));
const documents = ['README.md', 'docs/groups.md', 'docs/lint.md']
  .map((file) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'))
  .join('\n');
const rows = new Map(
  documents
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map((cells) => [cells[1] ?? '', cells]),
);

const machines = ['x86_64', 'aarch64', 'riscv64'] as const;

describe('README.md and docs', () => {
  it.each(groupNames)('has a row for %s, with its numbers of calls', (name) => {
    const calls = [...expandGroup(name).keys()];
    const onEach = machines.map((one) => calls.filter((call) => syscallNumber(call, one) !== undefined).length);
    const row = rows.get(`\`${name}\``);
    expect(row?.slice(2, 5)).toEqual([groupAbout(name), String(calls.length), onEach.join(' / ')]);
  });

  it.each(baseNames)('has a row for %s, with its numbers of instructions', (base) => {
    const lengths = machines.map((one) => programFor(compile(policy({ base, architectures: [one] })), one).length);
    expect(rows.get(`\`${base}\``)?.at(3)).toBe(lengths.join(' / '));
  });

  it('has no row for an unknown group or starting point', () => {
    const named = [...rows.keys()].flatMap((cell) => /^`(@?[\w-]+)`$/.exec(cell)?.[1] ?? []);
    const known = new Set<string>([...groupNames, ...baseNames]);
    expect(named.filter((name) => /^@|^(?:deny|allow|network)-/.test(name) && !known.has(name))).toEqual([]);
  });

  it('names every code of lint and of errors', () => {
    const codes = (file: string) =>
      Array.from(
        readFileSync(new URL(`../src/${file}`, import.meta.url), 'utf8').matchAll(/^ {2}\| '([a-z-]+)'/gm),
        ([, code]) => code,
      );
    const all = [...codes('analysis/finding.ts'), ...codes('errors.ts')];
    expect(all.length).toBeGreaterThan(20);
    expect(all.filter((code) => !documents.includes(`\`${code}\``))).toEqual([]);
  });
});

describe.skipIf(missing('linux'))('the examples', () => {
  it.each(readdirSync(examples))('%s runs', async (file) => {
    const { status, stdout, stderr } = await runProgram(process.execPath, [`${examples}${file}`]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/EPERM|io_uring/);
  });
});
