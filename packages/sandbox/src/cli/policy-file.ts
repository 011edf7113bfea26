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
 * Reads a sandbox's policy, of which nothing is made yet: the command line may add to it. Its relative paths begin where
 * the file lies, so that it means the same wherever it is used from.
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

/** Where its relative paths begin: where the file lies; where the caller is, for what came by a descriptor. */
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
 * Throws where the policy of a file is at fault by itself, whatever the command line adds.
 *
 * @param read - from {@link readPolicyFile}
 * @throws UsageError with the file's name
 */
export function blameFile(file: string, read: ReadOptions): void {
  inFile(file, () => makePolicy(read));
}

/**
 * Reads a policy of system calls, as `@sb/seccomp` has it.
 *
 * @param file - path of a JSON document
 * @throws UsageError with the file, the place in the document and the remedy
 */
export function readSeccompFile(file: string): Omit<SeccompPolicy, 'layer' | 'level'> {
  const text = textOf(file, 'seccomp');
  const { layer: _, level, ...policy } = inFile(file, () => parsePolicy(text));
  if (level !== 'require') misuse(`${file}: level is ${level}`, 'Leave it out, and give --prefer seccomp.');
  return policy;
}

/** Characters of a policy: a hundred times what anybody has reason to write. */
const longest = 1 << 20;

function textOf(file: string, option: string): string {
  const text = contentOf(file, option);
  return text.length <= longest ? text : misuse(`${file} has more than ${longest} characters`, 'Is it a policy?');
}

/** What root takes orders from nobody else can have written; what never ends is not a policy. */
function contentOf(file: string, option: string): string {
  try {
    return readTrustedFile(file, 4 * longest).toString('utf8');
  } catch (error) {
    if (isFilesError(error)) return misuse(filesClause(error), error.hint ?? `Name another file for --${option}.`);
    const code = errorCode(error) ?? 'unknown error';
    // Throws where the working directory is gone, in which a relative path is not there either.
    if (code === 'ENOENT') process.cwd();
    return misuse(`${file} can't be read: ${code}`, `Name a file that is there for --${option}.`);
  }
}

function parsed(text: string, file: string): unknown {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown cause';
    return misuse(`${file} is not JSON: ${reason}`, 'Correct it.');
  }
  const twice = repeatedKey(text);
  return twice === undefined ? document : misuse(`${file} has the key ${twice} twice in one object`, 'Leave one out.');
}

/** What a layer or the policy's reader finds fault with, with the file's name before it. */
function inFile<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    return misuse(`${file}: ${error.message.replace(/\.$/, '')}`, 'Nothing was run.');
  }
}
