/* A working directory that was removed: paths that begin there are refused in words, and the others go on as ever. */
import { readFileSync, writeFileSync } from 'node:fs';

import { missing, type ProgramResult, runProgram, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { environment, program } from '../kit/fetch-program.js';

const lost = 'the working directory no longer exists';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
  writeFileSync(folder.file('pacman.conf'), '[options]\nSandboxUser = nobody\n');
  writeFileSync(folder.file('source'), 'content');
});
afterEach(() => folder[Symbol.dispose]());

async function run(...args: readonly string[]): Promise<ProgramResult> {
  const script = 'mkdir "$0" && cd "$0" && rmdir "$0" && exec "$@"';
  const all = ['-c', script, folder.file('gone'), process.execPath, program, ...args];
  return await runProgram('sh', all, { env: environment });
}

describe.skipIf(missing('root', 'linux'))('where the working directory was removed', () => {
  it.each([
    ['-o', 4, (config: string, url: string) => ['--config', config, '-o', 'x', url]],
    ['--config', 2, (_: string, url: string) => ['--config', 'pacman.conf', '-o', '/x', url]],
    ['refresh', 2, () => ['refresh', '--config', 'pacman.conf']],
    ['conf', 2, () => ['conf', '--config', 'pacman.conf']],
    ['doctor', 2, () => ['doctor', '--config', 'pacman.conf']],
  ] as const)('a relative path of %s is refused in words', async (_, status, args) => {
    const result = await run(...args(folder.file('pacman.conf'), `file://${folder.file('source')}`));
    expect(result.stderr).toContain(lost);
    expect(result.stderr).toContain('Change to a directory that exists');
    expect(result.stderr).not.toMatch(/unexpected|uv_cwd/);
    expect(result.status).toBe(status);
  });

  it('paths from the root directory are used: the twin; a relative report is a warning', async () => {
    const args = ['--config', folder.file('pacman.conf'), '-o', folder.file('x'), `file://${folder.file('source')}`];
    expect(await run(...args)).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(folder.file('x'), 'utf8')).toBe('content');
    const { status, stderr } = await run('--report', 'report', ...args);
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringContaining(`warning: cannot write the report report: ${lost}`) as string,
    });
  });
});
