import { dirname } from 'node:path';

import { errorCode, isRefusedPath } from '@sb/core';

import { landlockError } from './errors.js';
import { type LandlockPolicy, pathBytes, pathText, type PolicyPathRule } from './options.js';
import { type FsRight, isFileRight } from './rights.js';
import { statusOf } from './status.js';
import { type BinaryPath, lookFailed, toBytes } from './walk.js';

/**
 * Returns the rule that grants a right on a file or in a directory: a rule for it, or for a directory above.
 *
 * @param start - where the kernel starts to look, without links
 * @throws LandlockError `path-missing` for a rule whose path is missing and not optional; `syscall-failed`
 */
export function ruleFor({ paths }: LandlockPolicy, start: BinaryPath, right: FsRight): PolicyPathRule | undefined {
  const rules = paths
    .filter(({ rights }) => rights.includes(right))
    .flatMap((rule): { rule: PolicyPathRule; inode: string }[] => {
      const inode = ruleInode(rule, right);
      return inode === undefined ? [] : [{ rule, inode }];
    });
  // From the root directory on, each is one step below the one before.
  const inodes = [...walk(start)].toReversed().map((folder) => inodeOf(toBytes(folder))?.key);
  for (const inode of inodes.toReversed()) {
    const found = rules.find((candidate) => candidate.inode === inode);
    if (found !== undefined) return found.rule;
  }
  return undefined;
}

/** The path and every directory above it. */
function* walk(path: BinaryPath): Generator<BinaryPath> {
  for (let at = path; ; at = dirname(at)) {
    yield at;
    if (at === dirname(at)) return;
  }
}

/**
 * Returns the inode of a rule, if its path exists and the right applies to that type of file. A path that root does not
 * follow leads to nothing that a question of root's is about.
 */
function ruleInode(rule: PolicyPathRule, right: FsRight): string | undefined {
  let inode: ReturnType<typeof inodeOf>;
  try {
    inode = inodeOf(Buffer.from(pathBytes(rule.path)));
  } catch (error) {
    if (error instanceof Error && isRefusedPath(error.cause)) return undefined;
    throw error;
  }
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
    const status = statusOf(path);
    return { key: `${status.dev}:${status.ino}`, isFolder: status.isDirectory() };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw lookFailed(path.toString(), error);
  }
}
