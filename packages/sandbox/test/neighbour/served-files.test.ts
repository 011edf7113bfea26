/* What a neighbour serves to root by FUSE, and never answers: sb-exec of root does not wait for it. */
import { mkdirSync, symlinkSync } from 'node:fs';

import { compileC, missing, runProgram, stranger, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { beforeAll, describe, expect, it } from 'vitest';

import { compileInto, sbExec } from '../compiled.js';

const program = temporaryFolder();
const served = program.file('served');

/**
 * Runs sb-exec beside a directory that never answers, or that is not served. A shell stays its parent, whose death ends the
 * server: a sandboxed parent may not send a signal.
 */
async function execute(place: TemporaryFolder, server: 'silent' | 'none', args: readonly string[]) {
  const own = server === 'none' ? [] : [served, place.file('mnt'), String(stranger.uid), '/', server];
  const words = ['--mount', '--propagation', 'private', ...own, 'sh', '-c', '"$@"; exit $?', 'sh', sbExec(), ...args];
  const { status, stdout, stderr } = await runProgram('unshare', words, { timeout: 20_000 });
  return { status, stdout, stderr };
}

describe.skipIf(missing('root', 'linux', 'unshare', 'landlock7', 'fuse'))('sb-exec of root', () => {
  beforeAll(async () => {
    await compileC(served, { from: import.meta.url, sources: ['../../../files/test/fixtures/served.c'] });
    return () => program[Symbol.dispose]();
  });

  const serves = 'lies on a file system that another user serves (FUSE), who may never answer';

  it('does-not-wait-for-a-server of its file or its command', async () => {
    using folder = temporaryFolder();
    for (const name of ['mnt', 'bin']) mkdirSync(folder.file(name));
    symlinkSync('mnt/x', folder.file('link'));
    symlinkSync('../mnt/tool', folder.file('bin', 'tool'));
    const file = compileInto(folder.file('any.sb'), {});
    const found = compileInto(folder.file('path.sb'), { env: { PATH: `${folder.file('bin')}:/usr/bin` } });
    const cases: readonly (readonly [status: number, args: readonly string[]])[] = [
      [125, [folder.file('mnt', 'x'), '--', 'true']],
      [125, [folder.file('mnt'), '--', 'true']],
      [125, [folder.file('link'), '--', 'true']],
      [126, [file, '--', folder.file('mnt', 'x')]],
      [126, [file, '--', folder.file('link')]],
      [126, [found, '--', 'tool']],
    ];
    for (const [status, args] of cases) {
      const ran = await execute(folder, 'silent', args);
      expect([args, ran.status, ran.stdout, ran.stderr]).toEqual([args, status, '', expect.stringContaining(serves)]);
    }
    // The twin: what lies beside it is run.
    expect(await execute(folder, 'silent', [file, '--', '/bin/echo', 'ran'])).toMatchObject({
      status: 0,
      stdout: 'ran\n',
    });
    expect(await execute(folder, 'silent', [found, '--', 'echo', 'ran'])).toMatchObject({ status: 0, stdout: 'ran\n' });
  });

  it('says what it does not find where nobody serves anything: the control', async () => {
    using folder = temporaryFolder();
    mkdirSync(folder.file('mnt'));
    const file = compileInto(folder.file('any.sb'), {});
    expect(await execute(folder, 'none', [folder.file('mnt', 'x'), '--', 'true'])).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('it does not exist') as string,
    });
    expect(await execute(folder, 'none', [file, '--', folder.file('mnt', 'x')])).toMatchObject({ status: 127 });
  });
});
