/* sb-run --compile: a file for sb-exec. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';

import { missing, runProgram, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { execute } from '../compiled.js';
import { sbRun, sbRunPath } from '../sb-run.js';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

const modeOf = (path: string) => statSync(path).mode & 0o7777;

describe.skipIf(missing('linux', 'root', 'landlock7'))('sb-run --compile', () => {
  it('writes a file that sb-exec applies, and says how it is run', async () => {
    const file = folder.file('tool.sb');
    mkdirSync(folder.file('out'));
    const made = await sbRun(['--rw', folder.file('out'), '--compile', file]);
    expect(made).toMatchObject({ status: 0, stderr: '' });
    expect(made.stdout).toMatch(/sb-exec .*tool\.sb -- command/);
    const line = `touch ${folder.file('out')}/a; touch ${folder.path}/b`;
    const { stderr } = await execute([file, '--', 'sh', '-c', line]);
    expect(stderr).toMatch(/\/b': Permission denied\n$/);
    expect(statSync(folder.file('out', 'a')).isFile()).toBe(true);
  });

  it('names the command that is given, and what that needs under minimal', async () => {
    const file = folder.file('tool.sb');
    expect(await sbRun(['--fs', 'minimal', '--compile', file, '--', 'echo', 'one'])).toMatchObject({ status: 0 });
    expect(await execute([file, 'two'])).toMatchObject({ status: 0, stdout: 'one two\n' });
    // No other program was granted.
    expect(readFileSync(file).includes('/usr/bin/cat')).toBe(false);
  });

  it('gives a file that others can’t write under any umask, nor read if it contains variables', async () => {
    const open = folder.file('open.sb');
    const words = ['-c', 'umask 000; exec "$@"', 'sh', process.execPath, sbRunPath(), '--compile', open];
    expect(await runProgram('/bin/sh', words)).toMatchObject({ status: 0 });
    expect(modeOf(open)).toBe(0o755);
    const secret = folder.file('secret.sb');
    expect(await sbRun(['--env', 'TOKEN=x', '--compile', secret])).toMatchObject({ status: 0 });
    expect(modeOf(secret)).toBe(0o700);
  });

  it('leaves the mode of a device, and says that one is full', async () => {
    for (const [name, minor] of [
      ['null', '3'],
      ['full', '7'],
    ] as const) {
      execFileSync('mknod', ['--mode=0666', folder.file(name), 'c', '1', minor]);
    }
    expect(await sbRun(['--compile', folder.file('null')])).toMatchObject({ status: 0 });
    expect(modeOf(folder.file('null'))).toBe(0o666);
    const { status, stderr } = await sbRun(['--compile', folder.file('full')]);
    expect({ status, stderr }).toEqual({
      status: 125,
      stderr: expect.stringMatching(/cannot write \S*full: ENOSPC/) as string,
    });
  });

  it('follows-no-link, nor leaves what it replaces', async () => {
    writeFileSync(folder.file('precious'), 'kept');
    symlinkSync(folder.file('precious'), folder.file('link'));
    expect((await sbRun(['--compile', folder.file('link')])).status).toBe(125);
    expect(readFileSync(folder.file('precious'), 'utf8')).toBe('kept');
    const file = folder.file('tool.sb');
    writeFileSync(file, 'x'.repeat(100_000));
    expect(await sbRun(['--compile', file])).toMatchObject({ status: 0 });
    expect(await execute([file, '--', 'true'])).toMatchObject({ status: 0, stderr: '' });
  });

  it.each([
    [['--compile', 'x', '--report'], /--report cannot be combined with --compile/],
    [['--compile', '/nonexistent-sb/x'], /nonexistent-sb/],
    [['--compile', 'x', '--', 'no-such-program'], /cannot find the program/],
  ])('%j is refused', async (args, said) => {
    const { status, stderr } = await sbRun(args, { cwd: folder.path });
    expect(status).toBeGreaterThanOrEqual(125);
    expect(stderr).toMatch(said);
  });
});
