import { variablesReader } from './documents.js';
import { documentPlace, privdropError } from './errors.js';
import { requirePolicy } from './policy.js';
import type { PrivdropPolicy } from './options.js';

/** The largest id that Node's child_process accepts. */
const maxSpawnId = 0x7fff_ffff;

/** The path of a process that inherits none. */
const defaultPath = '/usr/local/bin:/usr/bin:/bin';

/** What a child may inherit by default: terminal and language. LD_*, NODE_OPTIONS, tokens and proxies are not included. */
const inherited = /^(?:TERM|COLORTERM|NO_COLOR|LANG|LANGUAGE|LC_[A-Z]+|TZ)$/;

/**
 * Returns HOME, USER, LOGNAME and SHELL of a policy's user (`environ(7)`).
 *
 * @param policy - from `policy`
 * @throws PrivdropError `invalid-policy` for anything else
 */
export function identityVariables(policy: PrivdropPolicy): Record<'HOME' | 'USER' | 'LOGNAME' | 'SHELL', string> {
  requirePolicy(policy);
  const { name, uid, home, shell } = policy;
  const user = name ?? String(uid);
  return { HOME: home, USER: user, LOGNAME: user, SHELL: shell };
}

/**
 * Returns the environment of a child that runs as a policy's user: HOME, USER, LOGNAME and SHELL of that user, a fixed
 * PATH, terminal and locale. Nothing else is inherited. Name what the child needs in `extra`.
 *
 * @param policy - from `policy`
 * @param extra - variables to add; they replace the default ones
 * @param base - the source of terminal and locale. Default: `process.env`
 */
export function environmentOf(
  policy: PrivdropPolicy,
  extra: Readonly<Record<string, string>> = {},
  base: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  requirePolicy(policy);
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(base)) {
    if (value !== undefined && inherited.test(name)) kept[name] = value;
  }
  const variables = variablesReader.read(extra, documentPlace('extra'));
  return { ...kept, PATH: defaultPath, ...identityVariables(policy), ...variables };
}

/** The options of `child_process` that start a program as a policy's user. */
export interface PrivdropSpawnOptions {
  readonly uid: number;
  readonly gid: number;
  readonly env: Record<string, string>;
}

/**
 * Returns options for `child_process.spawn`, for systems without the launcher of `@sb/sandbox`. They always have both
 * ids: `spawn({ uid })` alone leaves group 0. Node then clears the supplementary groups and ignores a failure to do so.
 * The child must therefore check itself with `dropPrivileges`, which reports `already` if all is well.
 *
 * @param policy - from `policy`; must not ask for supplementary groups, because Node cannot set them
 * @param extra - variables to add to the environment
 * @throws PrivdropError `invalid-policy` if the policy asks for supplementary groups, or for an id over 2³¹−1
 */
export function spawnOptions(
  policy: PrivdropPolicy,
  extra: Readonly<Record<string, string>> = {},
): PrivdropSpawnOptions {
  requirePolicy(policy);
  const tooLarge = [policy.uid, policy.gid].find((id) => id > maxSpawnId);
  if (tooLarge !== undefined) {
    throw privdropError('invalid-policy', 'spawn-options', {
      what: `child_process cannot set the id ${tooLarge}: the largest is ${maxSpawnId}`,
      hint: 'Let the child call dropPrivileges.',
    });
  }
  if (policy.groups.length > 0) {
    throw privdropError('invalid-policy', 'spawn-options', {
      what: 'child_process cannot set supplementary groups',
      hint: "Use groups: 'none', or let the child call dropPrivileges.",
    });
  }
  return { uid: policy.uid, gid: policy.gid, env: environmentOf(policy, extra) };
}
