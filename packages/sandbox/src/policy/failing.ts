import type { Rule } from '@sb/seccomp';

/**
 * The action of a rule by which a call fails. `errno` of `@sb/seccomp` also looks for the name in a table, which takes a quarter of a
 * millisecond of a usual start. `policy` looks for it again.
 *
 * @param error - one of Linux's names
 */
export function failing(error: string): Rule['action'] {
  return Object.freeze({ action: 'errno', errno: error });
}
