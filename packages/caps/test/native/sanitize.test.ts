import { fileURLToPath } from 'node:url';

import { missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { beforeAll, describe, expect, it } from 'vitest';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

describe.skipIf(missing('linux', 'root'))('the C core under AddressSanitizer and UBSan', () => {
  const folder = temporaryFolder();
  const program = folder.file('sanitize');
  const seed = String(Math.floor(Math.random() * 2 ** 31) + 1);

  beforeAll(async () => {
    const core = ['caps.c', 'inspect.c', 'record.c', 'surrender.c', 'verify.c'].map((name) =>
      here(`../../native/${name}`),
    );
    const flags = ['-std=gnu11', '-g', '-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
    const include = `-I${here('../../../../tooling/native')}`;
    const { status, stderr } = await runProgram('gcc', [...flags, include, '-o', program, here('sanitize.c'), ...core]);
    if (status !== 0 || stderr !== '') throw new Error(`the sanitiser build failed: ${stderr}`);
    return () => folder[Symbol.dispose]();
  });

  it.each([
    ['an ordinary user', { uid: 65_534, gid: 65_534 }],
    ['root', {}],
  ])(`takes malformed and random records as %s, and enlarges no set (seed ${seed})`, async (_name, user) => {
    const { status, stdout, stderr } = await runProgram(program, ['20000', seed], user);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(Number(stdout)).toBeGreaterThan(0);
  });
});
