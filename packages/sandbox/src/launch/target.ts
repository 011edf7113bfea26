import { accessSync, closeSync, constants, readSync, type Stats, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

import { errorCode } from '@sb/core';
import { openRegularFile } from '@sb/files';

import { absolutePath } from '../policy/absolute-path.js';
import { defaultPath } from '../policy/environment.js';
import { sandboxError } from '../errors.js';

/** The longest first line that the kernel reads of a script (BINPRM_BUF_SIZE, `execve(2)`). */
const firstLineMax = 256;

/** A program that was found. */
export interface Target {
  /** Absolute path, as it will be executed. */
  readonly path: string;
  /** The file, and the interpreter that its first line names. */
  readonly files: readonly string[];
  readonly state: FileState;
}

/** Tells a state of a file from any other. */
type FileState = Pick<Stats, 'dev' | 'ino' | 'size' | 'mtimeMs' | 'ctimeMs'>;

/**
 * Finds a program as `execvp(3)` does: a name with a slash as it is, another on the PATH of the sandbox.
 *
 * @param name - what was asked for
 * @param where - the sandbox's environment, and its working directory where it names one, else empty for ours
 * @param known - what was found before, whose first line is not read again unless it changed
 * @throws SandboxError `not-found`, `not-executable`
 */
export function findTarget(
  name: string,
  where: { readonly path?: string | undefined; readonly cwd: string },
  known?: Target,
): Target {
  // A whole path has nothing else to look at; a start as most are shall cost no more than that.
  if (known?.path === name && look(name, known) === known) return known;
  if (name === '') throw notFound(name, 'The name is empty.');
  const candidates = name.includes('/')
    ? [absolutePath(name, where.cwd)]
    : (where.path ?? defaultPath).split(':').map((one) => absolutePath(name, absolutePath(one, where.cwd)));
  const reasons = new Set<string>();
  for (const path of candidates) {
    const found = look(path, known);
    if (found === known && known !== undefined) return known;
    if ('state' in found) return { path, files: [path, ...interpreterOf(path)], state: found.state };
    reasons.add(found.obstacle);
  }
  const denied = [...reasons].find((reason) => reason !== 'ENOENT' && reason !== 'ENOTDIR');
  if (denied === undefined) throw notFound(name, `It was looked for at ${candidates.join(', ')}.`);
  throw sandboxError('not-executable', 'exec', {
    what: `${name} can't be executed: ${denied}`,
    hint: 'Check its mode (chmod +x), and that it is no folder.',
    errno: denied,
    path: name,
  });
}

/** Whether we can execute a path, and in what state it is; `known` if it is that one still. The kernel decides. */
function look(path: string, known?: Target): Target | { readonly state: FileState } | { readonly obstacle: string } {
  try {
    // Most folders of a PATH have no such file; an exception for each would be slow.
    const state = statSync(path, { throwIfNoEntry: false });
    if (state === undefined) return { obstacle: 'ENOENT' };
    if (!state.isFile()) return { obstacle: 'EACCES' };
    if (known?.path === path && isSame(known.state, state)) return known;
    accessSync(path, constants.X_OK);
    return { state };
  } catch (error) {
    return { obstacle: errorCode(error) ?? 'ENOENT' };
  }
}

function isSame(a: FileState, b: FileState): boolean {
  return a.ino === b.ino && a.ctimeMs === b.ctimeMs && a.mtimeMs === b.mtimeMs && a.size === b.size && a.dev === b.dev;
}

/**
 * What a script's first line names, read as the kernel does (fs/binfmt_script.c):
 * only blanks and tabs end a name. Whoever wrote the script chose it, and the preset `minimal` grants it with all that
 * is beneath, so it must be a file. The program that env(1) is to find is not followed.
 */
function interpreterOf(path: string): readonly string[] {
  const [, interpreter, argument] = /^#![ \t]*([^ \t]+)(?:[ \t]+([^ \t]+))?/.exec(firstLine(path)) ?? [];
  if (interpreter === undefined || !isAbsolute(interpreter) || !isProgram(interpreter)) return [];
  if (!interpreter.endsWith('/env') || argument === undefined || argument.includes('/')) return [interpreter];
  const found = defaultPath.split(':').map((folder) => join(folder, argument));
  return [interpreter, ...found.filter(isProgram).slice(0, 1)];
}

function isProgram(path: string): boolean {
  return 'state' in look(path);
}

function firstLine(path: string): string {
  let descriptor: number | undefined;
  try {
    // The program's owner may have put something else in its place since it was looked at.
    descriptor = openRegularFile(path);
  } catch {
    // A program may be executable and not readable; then it is no script.
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

function notFound(name: string, detail: string): Error {
  return sandboxError('not-found', 'exec', {
    what: `there is no program ${JSON.stringify(name)}`,
    hint: `${detail} The sandbox's own PATH counts, not ours.`,
    errno: 'ENOENT',
    path: name,
  });
}
