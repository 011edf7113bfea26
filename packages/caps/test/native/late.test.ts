import { fileURLToPath } from 'node:url';

import { compileFixture, missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

describe.skipIf(missing('linux'))('a thread that takes the signal of a broadcast after its time was up', () => {
  async function build(output: string, ...more: readonly string[]): Promise<void> {
    const flags = ['-std=gnu11', '-O1', '-Wall', '-Wextra', '-Werror', `-I${here('../../../native')}`];
    const { status, stderr } = await runProgram('gcc', [...flags, '-o', output, here('late.c'), ...more]);
    if (status !== 0 || stderr !== '') throw new Error(`the build failed: ${stderr}`);
  }

  it('runs nothing, and the next broadcast reaches it', async () => {
    using folder = temporaryFolder();
    const program = folder.file('late');
    const sources = ['sb_task_list.c', 'sb_threads.c'].map((name) => here(`../../../native/${name}`));
    await build(program, '-DSB_THREADS_DEADLINE_SECONDS=1', ...sources);
    const { stdout } = await runProgram(program, []);
    expect(stdout).toBe('ETIMEDOUT late 0; OK threads 2\n');
  });

  it('does no harm to a process that only looked, and the error says what it was', async () => {
    using folder = temporaryFolder();
    const library = folder.file('late.so');
    await build(library, '-DLIBRARY', '-shared', '-fPIC');
    const fixture = compileFixture(new URL('../fixtures/late.ts', import.meta.url));
    const { status, stdout, stderr } = await runProgram('env', [`LD_PRELOAD=${library}`, process.execPath, fixture]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      code: 'syscall-failed',
      errno: 'ETIMEDOUT',
      hint: expect.stringContaining('did not answer') as string,
      answered: true,
    });
  }, 30_000);
});
