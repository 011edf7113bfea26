import { dirname } from 'node:path';

import { errorCode } from '@sb/core';

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
  for (const folder of walk(start)) {
    const inode = inodeOf(toBytes(folder))?.key;
    const found = rules.find((candidate) => candidate.inode === inode);
    if (found !== undefined) return found.rule;
  }
  return undefined;
}

/** The path and every directory above it. */
function* walk(path: BinaryPath): Generator<BinaryPath> {
  yield path;
  if (path !== '/') yield* walk(dirname(path));
}

/** Returns the inode of a rule, if its path exists and the right applies to that type of file. */
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
    const status = statusOf(path);
    return { key: `${status.dev}:${status.ino}`, isFolder: status.isDirectory() };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw lookFailed(path.toString(), error);
  }
}
