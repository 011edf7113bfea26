import type { FsRight } from './rights.js';

/** A path: text, or bytes where a file's name is not UTF-8. */
export type PathInput = string | Uint8Array;

/** Which file a rule is for: decimal `st_dev` and `st_ino` of stat(2), as text, since JSON has no such numbers. */
export interface FileIdentity {
  readonly device: string;
  readonly inode: string;
}

/** What a rule may say beside its paths and rights. */
export interface RuleOptions {
  /** A path that does not exist is left out and told in the report, instead of being an error. Default: false. */
  readonly optional?: boolean;
  /**
   * Grants `refer`: renaming and linking between different folders beneath rules that have it. Without it the kernel
   * denies that always, with `EXDEV`. ABI 2. Default: false.
   */
  readonly refer?: boolean;
  /** Denials beneath these paths are not logged (`LANDLOCK_ADD_RULE_QUIET`). ABI 10. Default: false. */
  readonly quiet?: boolean;
  /**
   * The path must lead to a regular file, or nothing is restricted: a folder in its place would be granted with all that
   * is beneath. An identity: it must lead to that very file, as somebody looked at it. Default: false.
   */
  readonly file?: boolean | FileIdentity;
}

/** A rule as {@link ro}, {@link rx}, {@link rw}, {@link rwx}, {@link list} and {@link path} build it. */
export interface PathRule extends RuleOptions {
  readonly paths: readonly PathInput[];
  readonly rights: readonly FsRight[];
  /**
   * Whether every right must be one that the ABI has, and one that means something on what the path leads to. What is
   * not exact grants what of its rights there is, as {@link ro} does. Default: true.
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
 * Reading files and listing folders: `read_file`, `read_dir`.
 *
 * @param args - paths, then options. A relative path starts at the working directory of the process that is restricted
 */
export function ro(...args: RuleArguments): PathRule {
  return inexact(args, read);
}

/**
 * Reading and executing: what {@link ro} grants, and `execute`. A program also needs this on its libraries' loader.
 *
 * @param args - paths, then options
 */
export function rx(...args: RuleArguments): PathRule {
  return inexact(args, [...read, 'execute']);
}

/**
 * Reading and writing: what {@link ro} grants, `write_file`, `truncate`, and making and removing files, folders,
 * sockets, FIFOs and symbolic links. Not devices, not `execute`, not `refer` (an option), not `ioctl_dev`.
 *
 * @param args - paths, then options
 */
export function rw(...args: RuleArguments): PathRule {
  return inexact(args, [...read, ...write]);
}

/**
 * What {@link rw} grants, and `execute`: whoever can write there can run what it wrote.
 *
 * @param args - paths, then options
 */
export function rwx(...args: RuleArguments): PathRule {
  return inexact(args, [...read, ...write, 'execute']);
}

/**
 * Listing folders only: `read_dir`.
 *
 * @param args - paths, then options
 */
export function list(...args: RuleArguments): PathRule {
  return inexact(args, ['read_dir']);
}

/**
 * Exactly the rights that are named, by their kernel names. A right that needs a folder is an error on another file.
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
  // What is no path here stays, for policy() to refuse.
  const paths = (hasOptions ? args.slice(0, -1) : args) as readonly PathInput[];
  return { ...(hasOptions ? last : {}), paths, rights, exact: false };
}

/** Whether a value can be a path. */
function isPath(value: unknown): value is PathInput {
  return typeof value === 'string' || value instanceof Uint8Array;
}
