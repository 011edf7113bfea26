import { join } from 'node:path';

import { landlockError } from './errors.js';
import type { LandlockPolicy } from './options.js';
import type { CheckedMove } from './query.js';
import { type FsRight, isFileRight } from './rights.js';
import { ruleFor } from './rule-for.js';
import { type BinaryPath, type EntryKind, kindOf, nameIn, startOf } from './walk.js';

/** The answer for a move or a link. */
interface MoveVerdict {
  readonly allowed: boolean;
  readonly reason: string;
  readonly errno?: 'EACCES' | 'EXDEV';
}

/** The right to make an entry of a kind. */
const making: Readonly<Record<EntryKind, FsRight>> = {
  file: 'make_reg',
  folder: 'make_dir',
  link: 'make_sym',
  socket: 'make_sock',
  fifo: 'make_fifo',
  character: 'make_char',
  block: 'make_block',
};

const removing = (kind: EntryKind): FsRight => (kind === 'folder' ? 'remove_dir' : 'remove_file');

/**
 * Returns the answer of rename(2) and link(2) under a policy. Within one directory they need making and removing. Between two
 * directories they also need `refer` in both, and the moved file must not gain a right. It must already have each right of the
 * new directory, from its old directory or from a rule for the file itself.
 *
 * @see current_check_refer_path() and no_more_access() in security/landlock/fs.c
 */
export function allowsMove(policy: LandlockPolicy, { from, to, removes }: CheckedMove): MoveVerdict {
  const [source, target] = [startOf(from, 'refer'), startOf(to, 'refer')];
  const moved = join(source, nameIn(from));
  const kind = kindOf(moved);
  if (kind === undefined) throw missing(from);
  const replaced = removes ? kindOf(join(target, nameIn(to))) : undefined;
  const grants = (start: BinaryPath, right: FsRight): boolean => ruleFor(policy, start, right) !== undefined;
  const isHandled = (right: FsRight): boolean => policy.handled.fs.includes(right);
  const needs: readonly (readonly [folder: BinaryPath, right: FsRight])[] = [
    ...(removes ? [[source, removing(kind)] as const] : []),
    [target, making[kind]],
    ...(replaced === undefined ? [] : [[target, removing(replaced)] as const]),
  ];
  const lacking = needs.find(([folder, right]) => isHandled(right) && !grants(folder, right));
  if (lacking !== undefined) return denied('EACCES', `no rule grants ${lacking[1]} there or above`);
  if (source === target || policy.handled.fs.length === 0)
    return { allowed: true, reason: 'the rights that it needs are granted or not restricted' };
  // The one right that every ruleset for files denies, handled or not.
  if (!grants(source, 'refer') || !grants(target, 'refer'))
    return denied('EXDEV', 'refer must be granted in both directories');
  // A rule stands for what its path leads to: never for a link itself.
  const own = kind === 'link' ? source : moved;
  const gained = policy.handled.fs
    .filter((right) => kind === 'folder' || isFileRight(right))
    .find((right) => grants(target, right) && !grants(own, right));
  return gained === undefined
    ? { allowed: true, reason: 'refer is granted in both directories, and no right is gained' }
    : denied('EXDEV', `it would gain ${gained}, which it does not have now`);
}

function denied(errno: 'EACCES' | 'EXDEV', reason: string): MoveVerdict {
  return { allowed: false, reason, errno };
}

function missing(path: string): Error {
  return landlockError('path-missing', 'allows', {
    what: `${JSON.stringify(path)} does not exist`,
    hint: 'Ask about a file that exists.',
    errno: 'ENOENT',
    path,
  });
}
