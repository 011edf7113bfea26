import { compileC, missing, runProgram, sanitizers, temporaryFolder } from '@sb/test-kit';
import { beforeAll, describe, expect, it } from 'vitest';

describe.skipIf(missing('linux', 'root'))('the C core under AddressSanitizer and UBSan', () => {
  const folder = temporaryFolder();
  const program = folder.file('sanitize');
  const seed = String(Math.floor(Math.random() * 2 ** 31) + 1);

  beforeAll(async () => {
    const sources = ['sanitize.c', '../../native/privdrop.c', '../../native/lookup.c'];
    await compileC(program, { from: import.meta.url, sources, flags: sanitizers });
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
