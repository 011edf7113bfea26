import { accessSync, type BigIntStats, closeSync, constants, fstatSync, readSync, type Stats, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';

import { errorCode, holdsPaths, NearDirectories } from '@sb/core';
import { hold, lookAtLink, openRegularFile, openTrusted } from '@sb/files';
import type { FileIdentity } from '@sb/landlock';

import { absolutePath } from '../policy/absolute-path.js';
import { defaultPath } from '../policy/environment.js';
import { sandboxError } from '../errors.js';
import { notFound, whereSought } from './not-found.js';

/** The longest first line that the kernel reads of a script (BINPRM_BUF_SIZE, `execve(2)`). */
const firstLineMax = 256;

/** A file of a program, as it was examined: a moment later its path may lead to another one. */
export interface ProgramPart {
  readonly path: string;
  readonly identity: FileIdentity;
  /** Whether root alone decides where the path leads, so that root may look there by it. Found out for the second search. */
  readonly isSteady: boolean;
}

/** A program that was found. */
export interface Target {
  /** Absolute path, as it will be executed. */
  readonly path: string;
  /** The file, and the interpreter that its first line names. */
  readonly files: readonly ProgramPart[];
  readonly state: FileState;
}

/** Identifies a state of a file. */
type FileState = Pick<Stats, 'dev' | 'ino' | 'size' | 'mtimeMs' | 'ctimeMs'>;

/**
 * Finds a program as `execvp(3)` does: a name with a slash as it is, another in the PATH of the sandbox.
 *
 * @param name - from the caller
 * @param where - the sandbox's environment, and its working directory if it names one; empty for that of this process
 * @param known - from an earlier search; its first line is read again only if it has changed
 * @throws SandboxError `not-found`, `not-executable`
 */
export function findTarget(
  name: string,
  where: { readonly path?: string | undefined; readonly cwd: string },
  known?: Target,
): Target {
  // An absolute path needs no search, and most starts have one, so they stay fast.
  if (known?.path === name && look(name, { known }) === known) return known;
  if (name === '') throw notFound(name, 'The name is empty.');
  const candidates = name.includes('/')
    ? [absolutePath(name, where.cwd)]
    : (where.path ?? defaultPath).split(':').map((one) => absolutePath(name, absolutePath(one, where.cwd)));
  const reasons = new Set<string>();
  using near = new NearDirectories();
  for (const path of candidates) {
    const found = look(path, { known, near });
    if (found === known && known !== undefined) return known;
    if ('identity' in found) {
      return {
        path,
        files: [partOf(path, found.identity), ...interpreterOf(path, where.path)],
        state: found.state,
      };
    }
    if ('obstacle' in found) reasons.add(reasonOf(found, candidates.length > 1));
  }
  const denied = [...reasons].find((reason) => reason !== 'ENOENT' && reason !== 'ENOTDIR');
  if (denied === undefined) throw notFound(name, whereSought(name, candidates, where.path ?? defaultPath));
  throw sandboxError('not-executable', 'exec', {
    what: `cannot execute ${name}: ${denied}`,
    hint: 'Check its mode (chmod +x), and that it is not a directory.',
    errno: denied,
    path: name,
  });
}

/** As in shells: a directory of PATH that the user may not search counts as empty. */
function reasonOf({ obstacle, isHidden = false }: Obstacle, isSearched: boolean): string {
  return isHidden && isSearched ? 'ENOENT' : obstacle;
}

/** The result of examining a path. */
type Look = { readonly state: FileState; readonly identity: FileIdentity } | Obstacle;

/** What helps to look at a path. */
interface Looking {
  /** The program as it was found before. */
  readonly known?: Target | undefined;
  /** Directories of paths that were looked at just before. */
  readonly near?: NearDirectories | undefined;
}

interface Obstacle {
  readonly obstacle: string;
  /** Whether it could not be examined. */
  readonly isHidden?: boolean;
}

/**
 * Whether this process can execute a path, and the state of the file; `known` if it has not changed. The kernel
 * decides.
 */
function look(path: string, { known, near }: Looking = {}): Target | Look {
  try {
    const isKnown = known?.path === path;
    if (holdsPaths() && !(isKnown && known.files.every(({ isSteady }) => isSteady)))
      return lookWarily(path, { known, near });
    // Most directories of a PATH do not have the file; an exception for each would be slow.
    const state = statSync(path, { throwIfNoEntry: false });
    if (state === undefined) return { obstacle: 'ENOENT' };
    if (!state.isFile()) return { obstacle: 'EACCES' };
    if (isKnown && isSame(known.state, state) && known.files.slice(1).every(isStill)) return known;
    return lookClosely(path);
  } catch (error) {
    const { syscall = '' } = error as NodeJS.ErrnoException;
    return { obstacle: errorCode(error) ?? 'ENOENT', isHidden: ['stat', 'open'].includes(syscall) };
  }
}

/** Examines a path as root, whom others may lead to a file system that never answers. */
function lookWarily(path: string, { known, near }: Looking): Target | Look {
  const found = lookClosely(path, near);
  const isKnown = known?.path === path && 'state' in found && isSame(known.state, found.state);
  return isKnown && known.files.slice(1).every(isStill) ? known : found;
}

/** Bits of a mode; without any of them not even root may execute a file (execve(2), EACCES). */
const anybodyExecutes = 0o111;

/** Examines one file, which stays open: its path could lead to another file for each question. */
function lookClosely(path: string, near?: NearDirectories): Look {
  if (process.platform !== 'linux') {
    accessSync(path, constants.X_OK);
    return lookOf(statSync(path), statSync(path, { bigint: true }));
  }
  const held = hold(path, true, near);
  try {
    const state = fstatSync(held);
    if (!state.isFile() || (state.mode & anybodyExecutes) === 0) return { obstacle: 'EACCES' };
    // Deno checks the mode of the link in proc instead. By its path root could be led elsewhere meanwhile, so the mode decides.
    const isDeno = process.versions['deno'] !== undefined;
    if (!isDeno) accessSync(`/proc/self/fd/${held}`, constants.X_OK);
    else if (!holdsPaths()) accessSync(path, constants.X_OK);
    return lookOf(state, fstatSync(held, { bigint: true }));
  } finally {
    closeSync(held);
  }
}

type Numbers = Pick<BigIntStats, 'dev' | 'ino'>;

function lookOf(state: FileState, numbers: Numbers): Look {
  return { state, identity: identityOf(numbers) };
}

function identityOf({ dev, ino }: Numbers): FileIdentity {
  return { device: String(dev), inode: String(ino) };
}

/** Whether a path still leads to the same file: an interpreter may have been replaced by a newer one. */
function isStill({ path, identity, isSteady }: ProgramPart): boolean {
  const found = isSteady || !holdsPaths() ? statSync(path, { bigint: true, throwIfNoEntry: false }) : undefined;
  const now = found === undefined ? partAt(path)?.identity : identityOf(found);
  return now?.device === identity.device && now.inode === identity.inode;
}

function partOf(path: string, identity: FileIdentity): ProgramPart {
  let isSteady: boolean | undefined;
  return {
    path,
    identity,
    get isSteady(): boolean {
      return (isSteady ??= holdsPaths() && rootDecides(path));
    },
  };
}

/** Permissions by which others could mount a file system on a file (fusermount(1)). */
const othersWrite = 0o022;

/** Whether root alone decides where a path leads, and what is mounted there. */
function rootDecides(path: string): boolean {
  try {
    closeSync(openTrusted(dirname(path)));
    const file = lookAtLink(path);
    return file?.isSymbolicLink() === false && file.uid === 0 && (file.mode & othersWrite) === 0;
  } catch {
    return false;
  }
}

function isSame(a: FileState, b: FileState): boolean {
  return a.ino === b.ino && a.ctimeMs === b.ctimeMs && a.mtimeMs === b.mtimeMs && a.size === b.size && a.dev === b.dev;
}

/**
 * Returns the interpreter that a script's first line names, read as the kernel does (fs/binfmt_script.c): only blanks
 * and tabs end a name. The author of the script chose it, and the preset `minimal` grants it with everything beneath,
 * so it must be a file. The program that env(1) would find is not followed.
 */
function interpreterOf(path: string, search = defaultPath): readonly ProgramPart[] {
  const [, interpreter, argument] = /^#![ \t]*([^ \t]+)(?:[ \t]+([^ \t]+))?/.exec(firstLine(path)) ?? [];
  if (interpreter === undefined || !isAbsolute(interpreter)) return [];
  const first = partAt(interpreter);
  if (first === undefined) return [];
  if (!interpreter.endsWith('/env') || argument === undefined || argument.includes('/')) return [first];
  const found = search
    .split(':')
    .flatMap((folder) => (isAbsolute(folder) ? (partAt(join(folder, argument)) ?? []) : []));
  return [first, ...found.slice(0, 1)];
}

/** The program that is at a path now, for rules; empty if it is not a program. */
export function programParts(path: string): readonly ProgramPart[] {
  const part = partAt(path);
  return part === undefined ? [] : [part];
}

/** A program at a path; undefined if it is not one. */
function partAt(path: string): ProgramPart | undefined {
  const looked = look(path);
  return 'identity' in looked ? partOf(path, looked.identity) : undefined;
}

function firstLine(path: string): string {
  let descriptor: number | undefined;
  try {
    // The owner of the program may have replaced it since it was examined.
    descriptor = openRegularFile(path);
  } catch {
    // A program may be executable and not readable; then it is not a script.
  }
  if (descriptor === undefined) return '';
  try {
    const bytes = Buffer.alloc(firstLineMax);
    const length = readSync(descriptor, bytes, 0, firstLineMax, 0);
    return bytes.toString('utf8', 0, length).split(/[\n\0]/, 1)[0] ?? '';
  } finally {
    closeSync(descriptor);
  }
}
