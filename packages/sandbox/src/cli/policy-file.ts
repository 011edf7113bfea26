import { dirname } from 'node:path';

import { errorCode, isSandboxError, repeatedKey } from '@sb/core';
import { filesClause, isFilesError, readTrustedFile } from '@sb/files';
import type { PathInput, PathRule } from '@sb/landlock';
import { parsePolicy, type SeccompPolicy } from '@sb/seccomp';

import { makePolicy, type ReadOptions, readOptions } from '../policy/define.js';
import { absolutePath } from '../policy/absolute-path.js';
import { accesses } from '../policy/landlock-document.js';
import type { ShortRule } from '../policy/options.js';
import { misuse } from './usage-error.js';

/**
 * Reads the policy of a sandbox, without making one: the command line may add to it. Its relative paths begin at the
 * directory of the file, so it means the same from every working directory.
 *
 * @param file - path of a JSON document, as `schema/policy.schema.json` describes it
 * @throws UsageError with the file, the place in the document and the remedy
 */
export function readPolicyFile(file: string): ReadOptions {
  const text = textOf(file, 'policy');
  return fromFolder(
    inFile(file, () => readOptions(parsed(text, file))),
    folderOf(file),
  );
}

/**
 * Where its relative paths begin: in the directory of the file, or in the working directory if it came by a descriptor.
 */
function folderOf(file: string): string {
  return /^\/(?:dev|proc)\//.test(file) ? '' : dirname(file);
}

/** The same options with absolute paths. */
function fromFolder(read: ReadOptions, folder: string): ReadOptions {
  const { landlock, unix, cwd } = read;
  const at = (path: string): string => absolutePath(path, folder);
  const each = (path: PathInput): PathInput => (typeof path === 'string' ? at(path) : path);
  const rules = typeof landlock === 'object' ? landlock.paths : undefined;
  return {
    ...read,
    ...(typeof landlock === 'object' && rules !== undefined
      ? { landlock: { ...landlock, paths: rules.map((rule) => withPathsAt(rule, at, each)) } }
      : {}),
    ...(unix === undefined || unix === 'any' ? {} : { unix: unix.map(at) }),
    ...(cwd === undefined ? {} : { cwd: at(cwd) }),
  };
}

function withPathsAt(
  rule: PathRule | ShortRule,
  at: (path: string) => string,
  each: (path: PathInput) => PathInput,
): PathRule | ShortRule {
  if ('paths' in rule) return { ...rule, paths: rule.paths.map(each) };
  const named = accesses.flatMap((access) => {
    const paths = rule[access];
    return paths === undefined ? [] : [[access, typeof paths === 'string' ? at(paths) : paths.map(at)] as const];
  });
  return { ...rule, ...Object.fromEntries(named) };
}

/**
 * Throws if the policy of a file is wrong by itself, without the additions of the command line.
 *
 * @param read - from {@link readPolicyFile}
 * @throws UsageError with the file's name
 */
export function blameFile(file: string, read: ReadOptions): void {
  inFile(file, () => makePolicy(read));
}

/**
 * Reads a policy of system calls, as in `@sb/seccomp`.
 *
 * @param file - path of a JSON document
 * @throws UsageError with the file, the place in the document and the remedy
 */
export function readSeccompFile(file: string): Omit<SeccompPolicy, 'layer' | 'level'> {
  const text = textOf(file, 'seccomp');
  const { layer: _, level, ...policy } = inFile(file, () => parsePolicy(text));
  if (level !== 'require') misuse(`${file}: level is ${level}`, 'Remove it, and use --prefer seccomp.');
  return policy;
}

/** The most characters of a policy: a hundred times what any user needs. */
const longest = 1 << 20;

function textOf(file: string, option: string): string {
  const text = contentOf(file, option);
  return text.length <= longest
    ? text
    : misuse(`${file} has more than ${longest} characters`, 'Name a file with a policy.');
}

/** Only root may have written what root obeys. A file that never ends is not a policy. */
function contentOf(file: string, option: string): string {
  try {
    return readTrustedFile(file, 4 * longest).toString('utf8');
  } catch (error) {
    if (isFilesError(error)) return misuse(filesClause(error), error.hint ?? `Name another file for --${option}.`);
    const code = errorCode(error) ?? 'unknown error';
    // Throws if the working directory has been removed, in which a relative path does not exist either.
    if (code === 'ENOENT') process.cwd();
    const which = code === 'ENOENT' ? 'an existing file' : 'a file that this user may read';
    return misuse(`cannot read ${file}: ${code}`, `Name ${which} for --${option}.`);
  }
}

function parsed(text: string, file: string): unknown {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown cause';
    return misuse(`${file} is not JSON: ${reason}`, 'Correct the file.');
  }
  const twice = repeatedKey(text);
  return twice === undefined ? document : misuse(`${file} has the key ${twice} twice in one object`, 'Leave one out.');
}

/** Adds the name of the file to an error of a layer or of the policy's reader. */
function inFile<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    const text = error.message.replace(/\.$/, '');
    const [, aboutAll] = /^seccomp: \(document\) (.*)$/s.exec(text) ?? [];
    return misuse(aboutAll === undefined ? `${file}: ${text}` : `${file} ${aboutAll}`, 'Nothing was run.');
  }
}
