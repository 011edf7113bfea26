/* The code cache of sb-run: packages/cli-kit/src/code-cache.test.ts has when one is used. */
import { cpSync, existsSync, lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { missing, runProgram, stage, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { sbRunPath } from '../sb-run.js';

describe.skipIf(missing('linux'))('the code cache of sb-run', () => {
  it('is made by its owner, and a run with, without or with a damaged one is the same', async () => {
    using folder = temporaryFolder();
    const packages = join(stage(), 'node_modules');
    cpSync(packages, folder.file('node_modules'), { recursive: true });
    const dist = join(folder.file('node_modules'), dirname(sbRunPath()).slice(packages.length));
    const cache = join(dist, 'sb-run-main.cjs.cache');
    const denied = folder.file('denied');
    const run = async () =>
      await runProgram(process.execPath, [join(dist, 'sb-run.cjs'), '-c', `echo ran; touch ${denied}; exit 7`]);
    rmSync(cache, { force: true });
    const without = await run();
    expect(without).toMatchObject({ status: 7, stdout: 'ran\n', stderr: expect.stringContaining('Permission') });

    // A question and a mistake make none.
    const asked = async (word: string) => await runProgram(process.execPath, [join(dist, 'code-cache.js'), word]);
    const usage = 'Usage: node code-cache.js [--if-possible]\n';
    expect(await asked('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining(usage), stderr: '' });
    const stderr = `sb-run: code-cache.js does not know --nonsense. ${usage}`;
    expect(await asked('--nonsense')).toMatchObject({ status: 125, stdout: '', stderr });
    expect(existsSync(cache)).toBe(false);

    const made = await runProgram(process.execPath, [join(dist, 'code-cache.js')]);
    expect(made).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(lstatSync(cache)).toMatchObject({ mode: 0o100_644, uid: lstatSync(dist).uid });
    expect(await run()).toEqual(without);

    const bytes = readFileSync(cache);
    writeFileSync(cache, bytes.subarray(0, bytes.length - 1000));
    expect(await run()).toEqual(without);
  });
});
