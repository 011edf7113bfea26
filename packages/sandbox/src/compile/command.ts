import { isAbsolute } from 'node:path';

import { sandboxError } from '../errors.js';
import { findTarget } from '../launch/target.js';
import { layersFor } from '../plan/layers.js';
import { sandboxSupport } from '../plan/plan.js';
import type { Compiled } from './compile.js';

/**
 * Adds the command that a compiled sandbox names, which is looked up now, and reads what this machine can do.
 *
 * @param sandbox - in which the command is to run
 * @param words - the program and its arguments; empty for none
 * @throws SandboxError `not-found`, `not-executable`; `unsupported-platform` without a launcher
 */
export function withCommand(
  sandbox: Pick<Compiled, 'policy' | 'layers' | 'env'>,
  [program, ...args]: readonly string[],
): Compiled {
  const support = sandboxSupport({ cgroup: false });
  if (!support.launcher) {
    throw sandboxError('unsupported-platform', 'compile', {
      what: 'compile() needs the launcher, which only Linux has',
      hint: 'Compile it on Linux.',
    });
  }
  if (program === undefined) return { ...sandbox, support, command: undefined };
  const { policy, layers, env } = sandbox;
  const where = { path: env['PATH'], cwd: isAbsolute(program) ? '/' : (policy.cwd ?? '') };
  const { path, files } = findTarget(program, where);
  // At its start another release may be there: any file, but not a directory.
  const anyFile = files.map((file) => ({ path: file.path, identity: true as const }));
  const granted = layersFor(layers, policy, anyFile);
  return { ...sandbox, support, layers: granted, command: { path, argv: [program, ...args] } };
}
