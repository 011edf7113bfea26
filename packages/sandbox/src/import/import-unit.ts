import type { Machine } from '@sb/seccomp';

import type { Imported } from './imported.js';

/**
 * Reads a unit of systemd as a policy: user, groups, capabilities, limits, environment, directory, umask and system calls.
 * `landlock` is off in it, since a unit confines files by mounts. `unsaid` names each setting that confines and has no place in the
 * policy.
 *
 * @param text - a unit, at most 1 MiB
 * @param options - `machine`: whose calls its filter is about. Default: `x86_64`
 * @throws SandboxError `invalid-policy` with the line in `path`; SeccompError `invalid-profile`, `inexpressible`
 */
export async function importUnit(
  text: string,
  { machine = 'x86_64' }: { readonly machine?: Machine } = {},
): Promise<Imported> {
  const { readUnit } = await import('./unit.js');
  return readUnit(text, machine);
}
