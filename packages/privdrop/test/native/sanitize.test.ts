import { fileURLToPath } from 'node:url';

import { missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { beforeAll, describe, expect, it } from 'vitest';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

describe.skipIf(missing('linux', 'root'))('the C core under AddressSanitizer and UBSan', () => {
  const folder = temporaryFolder();
  const program = folder.file('sanitize');
  const seed = String(Math.floor(Math.random() * 2 ** 31) + 1);

  beforeAll(async () => {
    const sources = ['sanitize.c', '../../native/privdrop.c', '../../native/lookup.c'].map(here);
    const flags = ['-std=gnu11', '-g', '-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
    const include = `-I${here('../../../../tooling/native')}`;
    const { status, stderr } = await runProgram('gcc', [...flags, include, '-o', program, ...sources]);
    if (status !== 0 || stderr !== '') throw new Error(`the sanitiser build failed: ${stderr}`);
    return () => folder[Symbol.dispose]();
  });

  it(`takes malformed records as an ordinary user (seed ${seed})`, async () => {
    const options = { uid: 65_534, gid: 65_534 };
    const { status, stdout, stderr } = await runProgram(program, ['200000', seed], options);
    expect(stderr).toBe('');
    expect({ status, accepted: stdout.trim() }).toEqual({ status: 0, accepted: '0' });
  });

  it(`takes malformed records as root, and applies a good one (seed ${seed})`, async () => {
    const { status, stdout, stderr } = await runProgram(program, ['20000', seed]);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(Number(stdout)).toBeGreaterThan(0);
  });
});
