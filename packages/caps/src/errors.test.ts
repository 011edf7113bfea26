import { describe, expect, it } from 'vitest';

import { nativeError } from './errors.js';

describe('nativeError', () => {
  it.each([
    [{ step: 'record', errno: 22 }, 'invalid-policy', 'Nothing was changed'],
    [{ step: 'verify', syscall: 'capget', errno: 1 }, 'verification-failed', 'End this process'],
    [{ step: 'regain', syscall: 'capset', errno: 1 }, 'verification-failed', 'End this process'],
    [{ step: 'drop-bounding', syscall: 'prctl', errno: 1 }, 'not-permitted', 'needs CAP_SETPCAP'],
    [{ step: 'threads', errno: 110 }, 'syscall-failed', 'Not every thread'],
    [{ step: 'no_new_privs', syscall: 'prctl', errno: 22 }, 'syscall-failed', 'End this process'],
  ])('explains %j', (failure, code, hint) => {
    const error = nativeError(failure);
    expect(error).toMatchObject({ code, layer: 'caps', step: failure.step });
    expect(error.hint).toContain(hint);
    expect(error.message).toMatch(/^caps: .+\. .+\.$/);
  });
});
