import type { SandboxError } from '@sb/core';

import { sandboxError } from '../errors.js';

/**
 * Returns the error for a rule by which the program could write to `cgroup.procs`, and so leave its cgroup.
 *
 * @param clause - what leads there, as the end of a sentence
 * @param path - of the rule, or of the place of the cgroup
 */
export function mayLeave(clause: string, path: string): SandboxError {
  return sandboxError('not-permitted', 'cgroup', {
    what: `the program could leave its cgroup: a rule for files grants writing in a hierarchy of cgroups, ${clause}`,
    hint: 'Remove that rule, or run the program as another user. The target was not run.',
    path,
  });
}
