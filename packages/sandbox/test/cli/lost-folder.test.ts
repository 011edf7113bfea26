/* sb-run in a working directory that was removed. */
import { missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { sbRunPath } from '../sb-run.js';

async function run(...args: readonly string[]) {
  using folder = temporaryFolder();
  const script = 'mkdir "$0" && cd "$0" && rmdir "$0" && exec "$@"';
  return await runProgram('sh', ['-c', script, folder.file('gone'), process.execPath, sbRunPath(), ...args]);
}

describe.skipIf(missing('linux'))('sb-run where the working directory was removed', () => {
  it.each([
    ['--policy', ['--policy', 'p', '--', '/bin/true']],
    ['--report', ['--report=r', '--', '/bin/true']],
    ['--rw', ['--rw', 'x', '--', '/bin/true']],
    ['--cwd', ['--cwd', 'x', '--', '/bin/true']],
    ['the program', ['--', './x']],
  ])('says so of a relative path of %s', async (_, args) => {
    expect(await run(...args)).toMatchObject({
      status: 125,
      stderr:
        'sb-run: the working directory no longer exists. Change to a directory that exists, or give paths that begin with "/".\n',
    });
  });

  it('runs a program by its whole path: the twin', async () => {
    expect(await run('--', '/bin/echo', 'ran')).toMatchObject({ status: 0, stdout: 'ran\n' });
  });
});
