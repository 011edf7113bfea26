import { allowsMove } from './moves.js';
import { type LandlockPolicy, pathText, type PolicyPathRule, type PolicyPortRule } from './options.js';
import { checkQuery, type Query } from './query.js';
import { requirePolicy } from './require-policy.js';
import type { FsRight, NetRight } from './rights.js';
import { ruleFor } from './rule-for.js';
import { startOf } from './walk.js';

export type { Query } from './query.js';

/** The answer to a {@link Query}. */
export interface Verdict {
  readonly allowed: boolean;
  /** The rule that allows it. Absent where none does, and where the right is not restricted at all. */
  readonly rule?: PolicyPathRule | PolicyPortRule;
  /** Why, as a clause. */
  readonly reason: string;
  /** What rename(2) or link(2) fails with, where that was asked. */
  readonly errno?: 'EACCES' | 'EXDEV';
}

/**
 * Tells what a policy would answer, and which rule decides, without restricting anything.
 *
 * It looks at the file system as it is now, as the kernel would: a rule stands for the file or folder that its path
 * leads to, symbolic links followed, and for everything beneath. Making, removing and moving are decided by the folder
 * that holds the entry; `make_reg` on a link to nothing, by the folder where opening with O_CREAT would make the file.
 * `refer` is answered for the one folder that is asked about. Whether something can be moved or linked is a question of its
 * own, `{ rename, to }` and `{ link, to }`: it takes rights in both folders, and nothing may gain a right by it. It knows Landlock only: permissions, other layers and kernels older than the policy's ABI are
 * not considered.
 *
 * @param given - from `policy`
 * @param query - what would be attempted
 * @throws LandlockError `path-missing` if a rule's path that isn't optional is not there, or if the path asked about
 *   leads nowhere (only its last part may be missing); `syscall-failed` where a path can't be looked at, or stands for
 *   an open file that no path leads to, as some of /proc/<pid>/fd; `invalid-policy` for a query that is none
 * @see is_access_to_paths_allowed() in security/landlock/fs.c
 */
export function allows(given: LandlockPolicy, query: Query): Verdict {
  const policy = requirePolicy(given);
  const asked = checkQuery(query);
  if (asked.kind === 'path') return allowsPath(policy, asked.path, asked.right);
  if (asked.kind === 'move') return allowsMove(policy, asked);
  if (asked.kind === 'port') return allowsPort(policy, asked.right, asked.port);
  return policy.scope.includes(asked.scope)
    ? { allowed: false, reason: `scope ${asked.scope} has no exceptions` }
    : { allowed: true, reason: `scope ${asked.scope} is not restricted` };
}

function allowsPort({ handled, ports }: LandlockPolicy, right: NetRight, port: number): Verdict {
  if (!handled.net.includes(right)) return { allowed: true, reason: `${right} is not restricted` };
  const rule = ports.find((candidate) => candidate.port === port && candidate.rights.includes(right));
  return rule === undefined
    ? { allowed: false, reason: `no rule grants ${right} for port ${port}` }
    : { allowed: true, rule, reason: `the rule for port ${port} grants ${right}` };
}

function allowsPath(policy: LandlockPolicy, path: string, right: FsRight): Verdict {
  // First, so that a path that leads nowhere is told whatever the policy restricts.
  const start = startOf(path, right);
  // The one right that every ruleset for files denies, handled or not.
  const denied = policy.handled.fs.includes(right) || (right === 'refer' && policy.handled.fs.length > 0);
  if (!denied) return { allowed: true, reason: `${right} is not restricted` };
  const rule = ruleFor(policy, start, right);
  if (rule !== undefined) return { allowed: true, rule, reason: `the rule for ${pathText(rule.path)} grants ${right}` };
  return { allowed: false, reason: `no rule grants ${right} on ${path} or above` };
}
