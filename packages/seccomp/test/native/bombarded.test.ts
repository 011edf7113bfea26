import { compileC, fewOrMany, missing, runProgram, sanitizers, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

describe.skipIf(missing('linux', 'root'))('reading the filters of a process', () => {
  const looks = fewOrMany(200, 5000);

  it('loses none of its signals, and finds each filter', { timeout: 120_000 }, async () => {
    using folder = temporaryFolder();
    const program = folder.file('bombarded');
    const sources = ['bombarded.c', '../../native/filters_of.c'];
    await compileC(program, { from: import.meta.url, sources, flags: [...sanitizers, '-Dsyscall=slow_syscall'] });
    const { stdout, stderr } = await runProgram(program, [String(looks), '3'], { timeout: 60_000 });
    expect([stdout, stderr]).toEqual(['0 signals lost, 3 filters\n', '']);
  });
});
