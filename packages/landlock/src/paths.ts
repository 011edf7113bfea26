import type { FsRight } from './rights.js';

/** A path: text, or bytes if the name of a file is not UTF-8. */
export type PathInput = string | Uint8Array;

/** Which file a rule is for: decimal `st_dev` and `st_ino` of stat(2), as text, because JSON has no such numbers. */
export interface FileIdentity {
  readonly device: string;
  readonly inode: string;
}

/** Options of a rule besides its paths and rights. */
export interface RuleOptions {
  /** A path that does not exist is left out and listed in the report, and is not an error. Default: false. */
  readonly optional?: boolean;
  /**
   * Grants `refer`: renaming and linking between different directories beneath rules that have it. Without it the
   * kernel always denies that, with `EXDEV`. ABI 2. Default: false.
   */
  readonly refer?: boolean;
  /** Denials beneath these paths are not logged (`LANDLOCK_ADD_RULE_QUIET`). ABI 10. Default: false. */
  readonly quiet?: boolean;
  /**
   * The path must lead to a regular file, or nothing is restricted: a directory in its place would be granted with everything
   * beneath. With an identity it must lead to that file, which was examined before. Default: false.
   */
  readonly file?: boolean | FileIdentity;
}

/** A rule as made by {@link ro}, {@link rx}, {@link rw}, {@link rwx}, {@link list} and {@link path}. */
export interface PathRule extends RuleOptions {
  readonly paths: readonly PathInput[];
  readonly rights: readonly FsRight[];
  /**
   * Whether the ABI must have every right, and every right must apply to the type of the file. Otherwise the rule grants only
   * those that apply, as {@link ro} does. Default: true.
   */
  readonly exact?: boolean;
}

const read: readonly FsRight[] = ['read_file', 'read_dir'];
const write: readonly FsRight[] = [
  'write_file',
  'truncate',
  'remove_dir',
  'remove_file',
  'make_dir',
  'make_reg',
  'make_sock',
  'make_fifo',
  'make_sym',
];

/** Paths of one rule, with options last. */
export type RuleArguments = readonly [PathInput, ...PathInput[]] | readonly [PathInput, ...PathInput[], RuleOptions];

/**
 * Grants reading files and listing directories: `read_file`, `read_dir`.
 *
 * @param args - paths, then options. A relative path starts at the working directory of the process that is restricted
 */
export function ro(...args: RuleArguments): PathRule {
  return inexact(args, read);
}

/**
 * Grants reading and executing: the rights of {@link ro}, and `execute`. A program also needs this for its dynamic loader.
 *
 * @param args - paths, then options
 */
export function rx(...args: RuleArguments): PathRule {
  return inexact(args, [...read, 'execute']);
}

/**
 * Grants reading and writing: the rights of {@link ro}, `write_file`, `truncate`, and making and removing files, directories,
 * sockets, FIFOs and symbolic links. It does not grant devices, `execute`, `refer` (an option) or `ioctl_dev`.
 *
 * @param args - paths, then options
 */
export function rw(...args: RuleArguments): PathRule {
  return inexact(args, [...read, ...write]);
}

/**
 * Grants the rights of {@link rw}, and `execute`: a program that writes there can execute what it wrote.
 *
 * @param args - paths, then options
 */
export function rwx(...args: RuleArguments): PathRule {
  return inexact(args, [...read, ...write, 'execute']);
}

/**
 * Grants only listing directories: `read_dir`.
 *
 * @param args - paths, then options
 */
export function list(...args: RuleArguments): PathRule {
  return inexact(args, ['read_dir']);
}

/**
 * Grants exactly the named rights, by their kernel names. A right that needs a directory is an error for another file.
 *
 * @param target - one path
 * @param rights - for instance `['write_file']`
 * @param options - as for the presets
 */
export function path(target: PathInput, rights: readonly FsRight[], options: RuleOptions = {}): PathRule {
  return { ...options, paths: [target], rights };
}

function inexact(args: readonly (PathInput | RuleOptions)[], rights: readonly FsRight[]): PathRule {
  const last = args.at(-1);
  const hasOptions = typeof last === 'object' && last !== null && !isPath(last);
  // A value that is not a path stays here, and policy() refuses it.
  const paths = (hasOptions ? args.slice(0, -1) : args) as readonly PathInput[];
  return { ...(hasOptions ? last : {}), paths, rights, exact: false };
}

/** Whether a value can be a path. */
function isPath(value: unknown): value is PathInput {
  return typeof value === 'string' || value instanceof Uint8Array;
}
