import { basename, dirname, join } from 'node:path';

import { isSandboxError } from '@sb/core';
import { isThere } from '@sb/files';
import { allows } from '@sb/landlock';

import { absolutePath } from '../policy/absolute-path.js';
import type { Sandbox } from '../types.js';

type Planning = Pick<Sandbox, 'plan' | 'policy'>;

/** The exit status of Node if it cannot start. */
const nodeFailed = 1;

/** Names of Node's program. */
const node = /^node(?:js)?\d*$/;

/** A file whose package decides what kind of module it is. */
const ofPackage = /\.(?:js|ts|jsx|tsx)$/;

/**
 * Returns what to grant, if Node 24 or later may have failed because of it. Before a script it reads the nearest
 * package.json above, and ends if that is denied (ERR_INVALID_PACKAGE_CONFIG). Older releases treated that like a
 * missing file.
 *
 * @param sandbox - in which it ran
 * @param command - the program and its arguments
 * @param status - its exit status
 * @returns a clause and a sentence; undefined if that cannot be the cause
 */
export function nodeHint(sandbox: Planning, command: readonly string[], status: number): string | undefined {
  const [program = '', ...args] = command;
  const script = args.find((word) => !word.startsWith('-'));
  const mayBe = status === nodeFailed && node.test(basename(program)) && script !== undefined && ofPackage.test(script);
  if (!mayBe) return undefined;
  const config = nearestConfig(dirname(absolutePath(script, sandbox.policy.cwd)));
  if (config === undefined || mayRead(sandbox, config)) return undefined;
  return `Node 24 and later reads ${config} before ${script}, and the sandbox denies it. Add --ro ${config}, or name the script .mjs or .cjs.`;
}

/** If the answer is unknown, for instance because the path of a rule has disappeared, it does not give a hint. */
function mayRead(sandbox: Planning, path: string): boolean {
  try {
    const { landlock } = sandbox.plan().expected;
    return landlock === undefined || allows(landlock, { path, right: 'read_file' }).allowed;
  } catch (error) {
    if (isSandboxError(error)) return true;
    throw error;
  }
}

/** The package.json of a directory, or the nearest one above. */
function nearestConfig(folder: string): string | undefined {
  const config = join(folder, 'package.json');
  if (isThere(config)) return config;
  return folder === '/' ? undefined : nearestConfig(dirname(folder));
}
