import { compileC, missing, runProgram, sanitizers, temporaryFolder } from '@sb/test-kit';
import { beforeAll, describe, expect, it } from 'vitest';

import { nobody } from '../support/confine.js';

describe.skipIf(missing('linux', 'root'))('the C core under AddressSanitizer and UBSan', () => {
  const folder = temporaryFolder();
  const program = folder.file('sanitize');
  const seed = String(Math.floor(Math.random() * 2 ** 31) + 1);

  beforeAll(async () => {
    const sources = ['sanitize.c', '../../native/seccomp.c', '../../native/rings.c'];
    await compileC(program, { from: import.meta.url, sources, flags: sanitizers });
    return () => folder[Symbol.dispose]();
  });

  it(`survives malformed records, and loads none (seed ${seed})`, async () => {
    const { status, stdout, stderr } = await runProgram(program, ['200000', seed], nobody);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(Number(stdout)).toBeGreaterThan(1000);
  });
});
