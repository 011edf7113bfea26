import { allowsMove } from './moves.js';
import { type LandlockPolicy, pathText, type PolicyPathRule, type PolicyPortRule } from './options.js';
import { checkQuery, type Query } from './query.js';
import { requirePolicy } from './require-policy.js';
import type { FsRight, NetRight } from './rights.js';
import { ruleFor } from './rule-for.js';
import { lookingTogether } from './status.js';
import { startOf } from './walk.js';

export type { Query } from './query.js';

/** The answer to a {@link Query}. */
export interface Verdict {
  readonly allowed: boolean;
  /** The rule that allows it. Absent if no rule does, or if the right is not restricted. */
  readonly rule?: PolicyPathRule | PolicyPortRule;
  /** The reason, as a clause. */
  readonly reason: string;
  /** The error of rename(2) or link(2), if the query is about one of them. */
  readonly errno?: 'EACCES' | 'EXDEV';
}

/**
 * Returns what a policy would answer, and which rule decides, without restricting anything.
 *
 * It examines the file system as it is now, as the kernel would. A rule applies to the file or directory that its path leads
 * to, with symbolic links followed, and to everything beneath.
 *
 * The directory of an entry decides about making, removing and moving it. For `make_reg` on a link to a missing file, that is
 * the directory in which O_CREAT would make the file. `refer` is answered for the one directory of the query. Use
 * `{ rename, to }` and `{ link, to }` to ask about moving and linking, which need rights in both directories, and by which
 * nothing may gain a right.
 *
 * It considers only Landlock: not permissions, other layers, or kernels older than the policy's ABI.
 *
 * @param given - from `policy`
 * @param query - what would be attempted
 * @throws LandlockError `path-missing` if the path of a rule is missing and not optional, or if the path of the query leads
 *   nowhere (only its last part may be missing). `syscall-failed` if a path cannot be examined, or leads to an open file
 *   without a path, as some of /proc/<pid>/fd do. `invalid-policy` for an invalid query
 * @see is_access_to_paths_allowed() in security/landlock/fs.c
 */
export function allows(given: LandlockPolicy, query: Query): Verdict {
  const policy = requirePolicy(given);
  const asked = checkQuery(query);
  if (asked.kind === 'path') return lookingTogether(() => allowsPath(policy, asked.path, asked.right));
  if (asked.kind === 'move') return lookingTogether(() => allowsMove(policy, asked));
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
  // First, so that a path that leads nowhere is an error under every policy.
  const start = startOf(path, right);
  // The one right that every ruleset for files denies, handled or not.
  const denied = policy.handled.fs.includes(right) || (right === 'refer' && policy.handled.fs.length > 0);
  if (!denied) return { allowed: true, reason: `${right} is not restricted` };
  const rule = ruleFor(policy, start, right);
  if (rule !== undefined) return { allowed: true, rule, reason: `the rule for ${pathText(rule.path)} grants ${right}` };
  return { allowed: false, reason: `no rule grants ${right} on ${path} or above` };
}
