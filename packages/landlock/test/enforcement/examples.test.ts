import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { missing, runProgram } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

const run = async (name: string) => {
  const { stdout, stderr, status } = await runProgram(process.execPath, [
    fileURLToPath(new URL(`../../examples/${name}`, import.meta.url)),
  ]);
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout;
};

describe.skipIf(missing('linux', 'landlock6'))('the examples', () => {
  it('read-only writes from no thread', async () => {
    const output = await run('read-only.mjs');
    expect(output).toMatch(/^full: \d+ threads, each of which was denied: open\("\/dev\/null", write_file\): EACCES/);
    // What a release of Node calls its first thread.
    expect(output).toMatch(/^reading works: (?:node|(?:node-)?MainThread)$/m);
    expect(output).toContain('writing in the main thread: EACCES\nwriting in the thread pool: EACCES\n');
    expect(existsSync(join(tmpdir(), 'landlock-example'))).toBe(false);
  });

  it('dry-run answers and restricts nothing', async () => {
    const output = await run('dry-run.mjs');
    expect(output.match(/^yes/gm)?.length).toBe(3);
    expect(output.match(/^no /gm)?.length).toBe(3);
    expect(output).toContain('a kernel of ABI 6 loses: nothing\n');
  });
});
