import { fileURLToPath } from 'node:url';

import { missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const documents = 1_000_000;
const folder = temporaryFolder();
const seed = String(Math.floor(Math.random() * 2 ** 31) + 1);

describe.skipIf(missing('linux'))('what the launcher reads, under AddressSanitizer and UBSan', () => {
  beforeAll(async () => {
    const sources = ['fuzz.c', '../../native/launcher/records.c', '../../native/launcher/process.c'];
    const more = [
      '../../native/launcher/descriptors.c',
      '../../native/launcher/text.c',
      '../../../caps/native/record.c',
    ];
    const flags = [
      '-std=gnu11',
      '-g',
      '-O1',
      '-fsanitize=address,undefined',
      '-fno-sanitize-recover=all',
      '-DSB_FREESTANDING',
    ];
    const include = `-I${here('../../../../tooling/native')}`;
    const files = [...sources, ...more].map(here);
    const { status, stderr } = await runProgram('gcc', [...flags, include, '-o', folder.file('fuzz'), ...files]);
    if (status !== 0) throw new Error(`the sanitiser build failed: ${stderr}`);
  });
  afterAll(() => folder[Symbol.dispose]());

  it(`takes a million documents without a fault (seed ${seed})`, async () => {
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
