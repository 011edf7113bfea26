import { compileC, fewOrMany, missing, runProgram, sanitizers, temporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const documents = fewOrMany(100_000, 1_000_000);
const folder = temporaryFolder();
const seed = String(Math.floor(Math.random() * 2 ** 31) + 1);

describe.skipIf(missing('linux'))('what the launcher reads, under AddressSanitizer and UBSan', () => {
  beforeAll(async () => {
    const names = ['records', 'parse', 'process', 'cgroup', 'descriptors', 'text', 'verify', 'keyring', 'report'];
    const launcher = names.map((name) => `../../native/launcher/${name}.c`);
    await compileC(folder.file('fuzz'), {
      from: import.meta.url,
      sources: ['fuzz.c', ...launcher, '../../../caps/native/record.c'],
      flags: [...sanitizers, '-DSB_FREESTANDING'],
    });
    await compileC(folder.file('fuzz-compiled'), {
      from: import.meta.url,
      sources: ['fuzz_compiled.c', '../../native/launcher/exec/compiled.c', ...launcher],
      flags: [...sanitizers, '-DSB_FREESTANDING'],
    });
  });
  afterAll(() => folder[Symbol.dispose]());

  it(`takes ${documents} calls and paths of a supervised program without a fault (seed ${seed})`, async () => {
    const denials = ['request', 'proc_place'].map((name) => `../../native/launcher/denials/${name}.c`);
    await compileC(folder.file('fuzz-denials'), {
      from: import.meta.url,
      sources: ['fuzz_denials.c', ...denials],
      flags: [...sanitizers, '-DSB_FREESTANDING', '-ffreestanding'],
    });
    const { status, stdout, stderr } = await runProgram(folder.file('fuzz-denials'), [String(documents), seed], {
      timeout: 60_000,
    });
    expect([stderr, status]).toEqual(['', 0]);
    expect(Number(stdout)).toBeGreaterThan(documents / 20);
    expect(Number(stdout)).toBeLessThan((documents * 19) / 20);
  }, 90_000);

  it(`takes ${documents} compiled sandboxes without a fault (seed ${seed})`, async () => {
    const { status, stdout, stderr } = await runProgram(folder.file('fuzz-compiled'), [String(documents), seed], {
      timeout: 60_000,
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(Number(stdout)).toBeGreaterThan(documents / 20);
    expect(Number(stdout)).toBeLessThan((documents * 19) / 20);
  }, 90_000);

  it(`takes ${documents} documents without a fault (seed ${seed})`, async () => {
    const { status, stdout, stderr } = await runProgram(folder.file('fuzz'), [String(documents), seed], {
      timeout: 60_000,
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    // Some are good, most are not.
    expect(Number(stdout)).toBeGreaterThan(documents / 20);
    expect(Number(stdout)).toBeLessThan((documents * 19) / 20);
  }, 90_000);
});
