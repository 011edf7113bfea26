import { describe, expect, it } from 'vitest';

import type { Attempt } from './attempts.js';
import { lineOf } from './result.js';

const attempt = (denied: string | undefined): Attempt => ({
  layer: 'landlock',
  feature: 'fs.write_file',
  operation: ['open-write', '/tmp/file'],
  denied,
  control: 'user',
});

const cases: readonly (readonly [denied: string | undefined, seen: string, control: string, result: string])[] = [
  // Denied inside, and done without the sandbox.
  ['EACCES', 'EACCES', 'OK', 'passed'],
  // The kernel came to look at the arguments, or found nobody there.
  ['EPERM', 'EPERM', 'EFAULT', 'passed'],
  ['EACCES', 'EACCES', 'ECONNREFUSED', 'passed'],
  ['EPERM', 'EPERM', 'ENOSYS', 'passed'],
  // Let happen as without the sandbox.
  [undefined, 'OK', 'OK', 'passed'],
  [undefined, 'EFAULT', 'EFAULT', 'passed'],
  // Something else denies it already: a container, the mode of a file.
  ['EACCES', 'EACCES', 'EACCES', 'unproved'],
  ['EPERM', 'EPERM', 'EACCES', 'unproved'],
  ['EACCES', 'EACCES', 'EPERM', 'unproved'],
  [undefined, 'EPERM', 'EPERM', 'unproved'],
  ['ENOSYS', 'ENOSYS', 'ENOSYS', 'unproved'],
  // There was nothing to attempt it on, or no attempt.
  ['EACCES', 'EACCES', 'ENOENT', 'unproved'],
  ['EACCES', 'EACCES', 'nothing', 'unproved'],
  // Not what was expected, whatever comes without the sandbox.
  ['EACCES', 'OK', 'OK', 'failed'],
  ['EACCES', 'OK', 'EACCES', 'failed'],
  ['EACCES', 'EPERM', 'OK', 'failed'],
  ['EACCES', 'nothing', 'OK', 'failed'],
  [undefined, 'EACCES', 'OK', 'failed'],
  [undefined, 'nothing', 'nothing', 'failed'],
];

describe('the result of an attempt', () => {
  it.each(cases)(
    'that is to end with %s, and ends with %s inside and %s outside: %s',
    (denied, seen, control, result) => {
      const line = lineOf(attempt(denied), seen, control);
      expect(line).toMatchObject({ seen, control, result, expected: denied ?? control });
      // What proves nothing says why.
      expect(line.reason !== undefined).toBe(result === 'unproved');
    },
  );
});
