import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { missing, runProgram, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { fileServer } from './kit/server.js';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

const run = async (name: string, ...args: readonly string[]) =>
  await runProgram(process.execPath, [fileURLToPath(new URL(`../examples/${name}`, import.meta.url)), ...args]);

const sum = (text: string): string => createHash('sha256').update(text).digest('hex');

describe.skipIf(missing('root', 'linux', 'landlock6'))('the examples', () => {
  it('download a file in three lines', async () => {
    await using server = await fileServer({ '/x': 'good' });
    const result = await run('download.mjs', `${server.origin}/x`, folder.file('x'));
    expect(result).toEqual({ status: 0, signal: null, stderr: '', stdout: 'done  (worker: full)\n' });
    expect(readFileSync(folder.file('x'), 'utf8')).toBe('good');
    const missed = await run('download.mjs', `${server.origin}/y`, folder.file('y'));
    expect(missed.stdout).toBe(`failed ${server.host} answered with status 404 (worker: full)\n`);
  });

  it('take each file from the first mirror with the right content, and show the progress', async () => {
    await using first = await fileServer({ '/a': 'good a', '/b': 'bad b' });
    await using second = await fileServer({ '/a': 'good a', '/b': 'good b' });
    const files = [`a=${sum('good a')}`, `b=${sum('good b')}`];
    const result = await run('mirrors.mjs', folder.path, `${first.origin},${second.origin}`, ...files);
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect(result.stdout).toMatch(/^2 of 2 files, 0\.0 of 0\.0 MB, /m);
    expect(result.stdout).toContain(`${folder.file('a')}: from ${first.origin}/a\n`);
    expect(result.stdout).toContain(`${folder.file('b')}: ${first.host}: ${first.host} has a different file`);
    expect(result.stdout).toContain(`${folder.file('b')}: from ${second.origin}/b\n`);
    expect(readdirSync(folder.path)).toEqual(['a', 'b']);
    expect(await run('mirrors.mjs', folder.path, first.origin, 'c')).toMatchObject({ status: 1 });
  });
});
