import { statSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

import { errorCode } from '@sb/core';

import { landlockError, refuse } from './errors.js';
import { type LandlockPolicy, pathBytes, pathText, type PolicyPathRule, type PolicyPortRule } from './options.js';
import { requirePolicy } from './require-policy.js';
import { entryOf, type FsRight, isFileRight, type NetRight, type Scope } from './rights.js';

/** One question to a policy: a right on a path, a port, or a scope. */
export type Query =
  | { readonly path: string; readonly right: FsRight }
  | { readonly connectTcp: number }
  | { readonly bindTcp: number }
  | { readonly connectSendUdp: number }
  | { readonly bindUdp: number }
  | { readonly scope: Scope };

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
 * that holds the entry. It knows Landlock only: permissions, other layers and kernels older than the policy's ABI are
 * not considered, and what the kernel never restricts (pipes, sockets and such behind /proc/<pid>/fd) neither.
 *
 * @param given - from `policy`
 * @param query - what would be attempted
 * @throws LandlockError `path-missing` if a rule's path that isn't optional is not there; `syscall-failed` where a path
 *   can't be looked at; `invalid-policy` for a right that doesn't exist
 * @see is_access_to_paths_allowed() in security/landlock/fs.c
 */
export function allows(given: LandlockPolicy, query: Query): Verdict {
  const policy = requirePolicy(given);
  if ('path' in query) return allowsPath(policy, query.path, query.right);
  if ('scope' in query) {
    const scoped = policy.scope.includes(query.scope);
    return scoped
      ? { allowed: false, reason: `scope ${query.scope} has no exceptions` }
      : { allowed: true, reason: `scope ${query.scope} is not restricted` };
  }
  if ('connectTcp' in query) return allowsPort(policy, 'connect_tcp', query.connectTcp);
  if ('bindTcp' in query) return allowsPort(policy, 'bind_tcp', query.bindTcp);
  if ('bindUdp' in query) return allowsPort(policy, 'bind_udp', query.bindUdp);
  return allowsPort(policy, 'connect_send_udp', query.connectSendUdp);
}

function allowsPort({ handled, ports }: LandlockPolicy, right: NetRight, port: number): Verdict {
  if (!handled.net.includes(right)) return { allowed: true, reason: `${right} is not restricted` };
  const rule = ports.find((candidate) => candidate.port === port && candidate.rights.includes(right));
  return rule === undefined
    ? { allowed: false, reason: `no rule grants ${right} for port ${port}` }
    : { allowed: true, rule, reason: `the rule for port ${port} grants ${right}` };
}

function allowsPath(policy: LandlockPolicy, path: string, right: FsRight): Verdict {
  if (entryOf('fs', right) === undefined) refuse(`fs has no ${JSON.stringify(right)}`, 'Use a kernel name.', 'allows');
  // The one right that every ruleset for files denies, handled or not.
  const denied = policy.handled.fs.includes(right) || (right === 'refer' && policy.handled.fs.length > 0);
  if (!denied) return { allowed: true, reason: `${right} is not restricted` };
  const rules = policy.paths
    .filter(({ rights }) => rights.includes(right))
    .flatMap((rule): { rule: PolicyPathRule; inode: string }[] => {
      const inode = ruleInode(rule, right);
      return inode === undefined ? [] : [{ rule, inode }];
    });
  for (const folder of walk(startOf(path, right))) {
    const inode = inodeOf(folder)?.key;
    const found = rules.find((candidate) => candidate.inode === inode);
    if (found === undefined) continue;
    return { allowed: true, rule: found.rule, reason: `the rule for ${pathText(found.rule.path)} grants ${right}` };
  }
  return { allowed: false, reason: `no rule grants ${right} on ${path} or above` };
}

/** Rights that are decided by the folder which holds the entry. */
function isEntryRight(right: FsRight): boolean {
  return right === 'refer' || right.startsWith('make_') || right.startsWith('remove_');
}

/** Where the kernel starts to look: the real path of the file, or of the folder that holds it or would. */
function startOf(path: string, right: FsRight): string {
  const absolute = resolve(path);
  if (isEntryRight(right)) return realOrNearest(dirname(absolute));
  return realOrNearest(absolute);
}

function realOrNearest(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || path === '/') throw lookFailed(path, error);
    return join(realOrNearest(dirname(path)), basename(path));
  }
}

/** The path and every folder above it. */
function* walk(path: string): Generator<string> {
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
    hint: 'Create it, or mark its rule optional.',
    path: pathText(rule.path),
  });
}

function inodeOf(path: string | Buffer): { readonly key: string; readonly isFolder: boolean } | undefined {
  try {
    const status = statSync(path, { bigint: true });
    return { key: `${status.dev}:${status.ino}`, isFolder: status.isDirectory() };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw lookFailed(path.toString(), error);
  }
}

function lookFailed(path: string, error: unknown): Error {
  return landlockError('syscall-failed', 'allows', {
    what: `${JSON.stringify(path)} can't be looked at: ${errorCode(error) ?? 'unknown'}`,
    hint: 'Ask as a user who may see the path.',
    errno: errorCode(error),
    path,
    cause: error,
  });
}
