import { compileC, missing, runProgram, sanitizers, temporaryFolder } from '@sb/test-kit';
import { beforeAll, describe, expect, it } from 'vitest';

describe.skipIf(missing('linux', 'root'))('the C core under AddressSanitizer and UBSan', () => {
  const folder = temporaryFolder();
  const program = folder.file('sanitize');
  const seed = String(Math.floor(Math.random() * 2 ** 31) + 1);

  beforeAll(async () => {
    const core = ['caps.c', 'inspect.c', 'record.c', 'surrender.c', 'verify.c'].map((name) => `../../native/${name}`);
    await compileC(program, { from: import.meta.url, sources: ['sanitize.c', ...core], flags: sanitizers });
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
