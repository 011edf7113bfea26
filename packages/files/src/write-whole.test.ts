/* A document that the disk takes in parts, or not at all. */
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';

import { bundleFixture, missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { writeWhole } from './write-whole.js';

describe('writeWhole', () => {
  it('writes text and bytes, one after the other or from an offset', () => {
    using folder = temporaryFolder();
    writeFileSync(folder.file('file'), '');
    const descriptor = openSync(folder.file('file'), 'r+');
    writeWhole(descriptor, 'grün');
    writeWhole(descriptor, Buffer.from('!'));
    writeWhole(descriptor, 'X', 0);
    writeWhole(descriptor, '');
    closeSync(descriptor);
    expect(readFileSync(folder.file('file'), 'utf8')).toBe('Xrün!');
  });

  it.skipIf(missing('linux')).each([
    [10, 'EFBIG'],
    [0, 'EFBIG'],
    [100, undefined],
  ])('under a limit of %i bytes it ends with %s', async (limit, code) => {
    using folder = temporaryFolder();
    const fixture = bundleFixture(new URL('../test/fixtures/write-whole.ts', import.meta.url));
    const words = [`--fsize=${limit}`, process.execPath, fixture, folder.file('file')];
    expect(await runProgram('prlimit', words)).toMatchObject({ stdout: JSON.stringify({ code }), stderr: '' });
    expect(readFileSync(folder.file('file')).length).toBe(Math.min(limit, 40));
  });
});
