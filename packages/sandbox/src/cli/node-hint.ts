import { basename, dirname, join } from 'node:path';

import { isSandboxError } from '@sb/core';
import { isThere } from '@sb/files';
import { allows } from '@sb/landlock';

import { absolutePath } from '../policy/absolute-path.js';
import type { Sandbox } from '../types.js';

/** What Node ends with where it can't begin. */
const nodeFailed = 1;

/** Names of Node's program. */
const node = /^node(?:js)?\d*$/;

/** A file that Node takes for a module of one kind or the other by the package that it lies in. */
const ofPackage = /\.(?:js|ts|jsx|tsx)$/;

/**
 * What to grant, where Node 24 or later may have failed because of it: before a script it reads the nearest package.json
 * above, and ends where it may not (ERR_INVALID_PACKAGE_CONFIG). Older releases took that for a package without one.
 *
 * @param sandbox - what it ran in
 * @param command - the program and its arguments
 * @param status - what it ended with
 * @returns a clause and a sentence; undefined where that can't be it
 */
export function nodeHint(sandbox: Sandbox, command: readonly string[], status: number): string | undefined {
  const [program = '', ...args] = command;
  const script = args.find((word) => !word.startsWith('-'));
  const mayBe = status === nodeFailed && node.test(basename(program)) && script !== undefined && ofPackage.test(script);
  if (!mayBe) return undefined;
  const config = nearestConfig(dirname(absolutePath(script, sandbox.policy.cwd)));
  if (config === undefined || mayRead(sandbox, config)) return undefined;
  return `${config} can't be read, which Node 24 and later reads before ${script}. Add --ro ${config}, or name the script .mjs or .cjs.`;
}

/** What can't be told, as where a path of a rule is gone by now, is no hint. */
function mayRead(sandbox: Sandbox, path: string): boolean {
  try {
    const { landlock } = sandbox.plan().expected;
    return landlock === undefined || allows(landlock, { path, right: 'read_file' }).allowed;
  } catch (error) {
    if (isSandboxError(error)) return true;
    throw error;
  }
}

/** The package.json of a folder or of the nearest one above. */
function nearestConfig(folder: string): string | undefined {
  const config = join(folder, 'package.json');
  if (isThere(config)) return config;
  return folder === '/' ? undefined : nearestConfig(dirname(folder));
}
