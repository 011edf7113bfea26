/* What people read first has to be true: the README knows every group, and the examples run. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { missing, runProgram } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { expandGroup, groupAbout, groupNames } from '../src/index.js';

const examples = fileURLToPath(new URL('../examples/', import.meta.url));
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const rows = new Map(
  readme
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map((cells) => [cells[1] ?? '', cells]),
);

describe('the README', () => {
  it.each(groupNames)('has a row for %s', (name) => {
    const row = rows.get(`\`${name}\``);
    expect(row?.slice(2, 4)).toEqual([groupAbout(name), String(expandGroup(name).size)]);
  });
});

describe.skipIf(missing('linux'))('the examples', () => {
  it.each(readdirSync(examples))('%s runs', async (file) => {
    const { status, stdout, stderr } = await runProgram(process.execPath, [`${examples}${file}`]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/EPERM|io_uring/);
  });
});
