import { describe, expect, it } from 'vitest';

import { clauseOf, isSandboxError, SandboxError } from './errors.js';

describe('SandboxError', () => {
  it('says what failed, on what, why and what to do', () => {
    const error = new SandboxError({
      code: 'syscall-failed',
      layer: 'landlock',
      step: 'add-rule',
      syscall: 'landlock_add_rule',
      path: '/srv/cache',
      errno: 'ENOENT',
      hint: 'Create the directory or mark the rule optional.',
    });
    expect(error.message).toBe(
      'landlock: landlock_add_rule("/srv/cache") failed: ENOENT. Create the directory or mark the rule optional.',
    );
  });

  it('has a clause without the remedy', () => {
    const fields = { code: 'x', layer: 'caps', step: 'lock', what: 'this is so' };
    expect(clauseOf(new SandboxError(fields))).toBe('caps: this is so');
    expect(clauseOf(new SandboxError({ ...fields, hint: 'Do that.' }))).toBe('caps: this is so');
  });

  it('names the step where there is neither a clause nor a system call', () => {
    expect(new SandboxError({ code: 'x', layer: 'caps', step: 'lock' }).message).toBe('caps: lock failed.');
  });

  it('keeps its cause, and leaves it out if it has no cause', () => {
    const cause = new Error('underneath');
    expect(new SandboxError({ code: 'x', layer: 'l', step: 's', cause }).cause).toBe(cause);
    expect('cause' in new SandboxError({ code: 'x', layer: 'l', step: 's' })).toBe(false);
  });

  it('survives a trip through JSON', () => {
    const error = new SandboxError({ code: 'not-permitted', layer: 'privdrop', step: 'setresuid', errno: 'EPERM' });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      code: 'not-permitted',
      layer: 'privdrop',
      step: 'setresuid',
      errno: 'EPERM',
      message: error.message,
    });
  });

  it('is told from other errors', () => {
    expect(isSandboxError(new SandboxError({ code: 'x', layer: 'l', step: 's' }))).toBe(true);
    expect(isSandboxError(new Error('x'))).toBe(false);
    expect(isSandboxError({ name: 'SandboxError', layer: 'l' })).toBe(false);
  });
});
