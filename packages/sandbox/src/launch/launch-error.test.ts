import { SandboxError } from '@sb/core';
import { describe, expect, it } from 'vitest';

import { launchError, withOutcome } from './launch-error.js';

const rules = { paths: [], ports: [] };
const failed = (layer: string, step: string, errno: number, syscall?: string) =>
  launchError({ kind: 'failed', layer, step, syscall, errno, rule: undefined }, rules, {
    program: '/usr/bin/tool',
    folder: '/work/here',
  });

const [EPERM, ENOENT, E2BIG, ENOEXEC, EAGAIN, EACCES, ENOTDIR, EINVAL, ELOOP] = [1, 2, 7, 8, 11, 13, 20, 22, 40];

describe('launchError', () => {
  it.each([
    ['exec', ENOENT, 'not-found', /interpreter/],
    ['exec', EACCES, 'not-executable', /Grant rx/],
    ['exec', ENOEXEC, 'not-executable', /#!\/bin\/sh/],
    ['exec', EPERM, 'not-executable', /must allow execveat/],
    ['exec', EAGAIN, 'syscall-failed', /RLIMIT_NPROC/],
    ['exec', E2BIG, 'syscall-failed', /too long/],
    ['exec', EINVAL, 'syscall-failed', /exec of \/usr\/bin\/tool failed/],
    ['rlimits', EPERM, 'not-permitted', /hard limit/],
    ['cwd', ENOENT, 'syscall-failed', /Create the working directory/],
    [
      'cwd',
      ENOENT,
      'syscall-failed',
      /entering the working directory \/work\/here failed: call: ENOENT\. It does not exist/,
    ],
    ['cwd', ENOTDIR, 'syscall-failed', /It is not a directory, .*Name a directory/],
    ['cwd', ELOOP, 'syscall-failed', /lead in a circle/],
    ['cwd', EACCES, 'syscall-failed', /may not enter/],
    ['die_with_parent', 3, 'aborted', /parent ended/],
    ['setsid', EPERM, 'not-permitted', /setsid failed/],
  ])("the launcher's own step %s with errno %i is %s", (step, errno, code, message) => {
    const error = failed('process', step, errno, 'call');
    expect(error).toMatchObject({ code, layer: 'sandbox', step, syscall: 'call' });
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/The target was not run\.$/);
    expect(error.path).toBe({ exec: '/usr/bin/tool', cwd: '/work/here' }[step]);
  });

  it.each([
    ['caps', 'bounding', 'prctl'],
    ['privdrop', 'setresuid', 'setresuid'],
    ['landlock', 'restrict', 'landlock_restrict_self'],
    ['seccomp', 'load', 'seccomp'],
  ])('a step of %s is that of the layer, and speaks of the child', (layer, step, syscall) => {
    const error = failed(layer, step, EPERM, syscall);
    expect(error).toMatchObject({ layer, step });
    expect(error.message).toMatch(/The target was not run\.$/);
    expect(error.message).not.toMatch(/End this process|Nothing was/);
    expect(error.message.startsWith(`${layer}: `)).toBe(true);
  });
});

describe('withOutcome', () => {
  it('keeps every field, and changes the last word', () => {
    const cause = new Error('below');
    const fields = { code: 'x', layer: 'caps', step: 's', syscall: 'prctl', errno: 'EPERM', path: '/p', cause };
    const error = withOutcome(
      new SandboxError({ ...fields, what: 'it failed', hint: 'Do this. End this process: now.' }),
      'Gone.',
    );
    expect(error).toMatchObject({ ...fields, hint: 'Do this. Gone.', message: 'caps: it failed. Do this. Gone.' });
    expect(withOutcome(new SandboxError({ ...fields, what: 'it failed' }), 'Gone.').message).toBe(
      'caps: it failed. Gone.',
    );
  });
});
