import { statSync } from 'node:fs';
import { dirname } from 'node:path';

import { errorCode } from '@sb/core';

import { landlockError } from './errors.js';
import { type LandlockPolicy, pathBytes, pathText, type PolicyPathRule, type PolicyPortRule } from './options.js';
import { checkQuery, type Query } from './query.js';
import { requirePolicy } from './require-policy.js';
import { type FsRight, isFileRight, type NetRight } from './rights.js';
import { type BinaryPath, lookFailed, startOf, toBytes } from './walk.js';

export type { Query } from './query.js';

/** The answer to a {@link Query}. */
export interface Verdict {
  readonly allowed: boolean;
  /** The rule that allows it. Absent where none does, and where the right is not restricted at all. */
  readonly rule?: PolicyPathRule | PolicyPortRule;
  /** Why, as a clause. */
  readonly reason: string;
}

/**
 * Tells what a policy would answer, and which rule decides, without restricting anything.
 *
 * It looks at the file system as it is now, as the kernel would: a rule stands for the file or folder that its path
 * leads to, symbolic links followed, and for everything beneath. Making, removing and moving are decided by the folder
 * that holds the entry; `make_reg` on a link to nothing, by the folder where opening with O_CREAT would make the file.
 * `refer` is answered for the one folder that is asked about: moving or linking takes it in both, and whatever the
 * other rights there are. It knows Landlock only: permissions, other layers and kernels older than the policy's ABI are
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
  const rules = policy.paths
    .filter(({ rights }) => rights.includes(right))
    .flatMap((rule): { rule: PolicyPathRule; inode: string }[] => {
      const inode = ruleInode(rule, right);
      return inode === undefined ? [] : [{ rule, inode }];
    });
  for (const folder of walk(start)) {
    const inode = inodeOf(toBytes(folder))?.key;
    const found = rules.find((candidate) => candidate.inode === inode);
    if (found === undefined) continue;
    return { allowed: true, rule: found.rule, reason: `the rule for ${pathText(found.rule.path)} grants ${right}` };
  }
  return { allowed: false, reason: `no rule grants ${right} on ${path} or above` };
}

/** The path and every folder above it. */
function* walk(path: BinaryPath): Generator<BinaryPath> {
  yield path;
  if (path !== '/') yield* walk(dirname(path));
}

/** What the rule stands for, if it stands for anything and the right means something on it. */
function ruleInode(rule: PolicyPathRule, right: FsRight): string | undefined {
  const inode = inodeOf(Buffer.from(pathBytes(rule.path)));
  if (inode !== undefined) return inode.isFolder || isFileRight(right) ? inode.key : undefined;
  if (rule.optional) return undefined;
  throw landlockError('path-missing', 'allows', {
    what: `${JSON.stringify(pathText(rule.path))} does not exist`,
    hint: 'Create it, or mark its rule optional ("optional": true in a policy).',
    path: pathText(rule.path),
  });
}

function inodeOf(path: Buffer): { readonly key: string; readonly isFolder: boolean } | undefined {
  try {
    const status = statSync(path, { bigint: true });
    return { key: `${status.dev}:${status.ino}`, isFolder: status.isDirectory() };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw lookFailed(path.toString(), error);
  }
}
