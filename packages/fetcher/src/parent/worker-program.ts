import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { codeCachePath, openCodeCache } from '@sb/cli-kit/code-cache';
import { errorCode } from '@sb/core';

import { cachedWord } from '../channel/messages.js';
import { FetcherError } from '../errors/fetcher-error.js';
import { tooFew } from './descriptor-budget.js';

/** The program of a worker, which the worker's user need not be permitted to open. */
export interface WorkerProgram extends Disposable {
  /** The descriptor of the program. */
  readonly descriptor: number;
  /** That of its code cache; undefined without one that can be trusted. */
  readonly cache: number | undefined;
  /** The arguments with which Node runs it. A flag of V8 would make its start longer (`http/v8-flags.ts`). */
  readonly args: readonly string[];
}

/**
 * Opens the program of a worker.
 *
 * @param path - an ES module, unless its name ends with `.cjs`; tests use a hostile one. Default: the one beside this file
 * @throws FetcherError `sandbox`
 */
export function openWorkerProgram(path = fileURLToPath(new URL('worker.cjs', import.meta.url))): WorkerProgram {
  const descriptor = opened(path, () => openSync(path, 'r'));
  try {
    if (!path.endsWith('.cjs')) return programOf(descriptor, undefined, ['--input-type=module', '-']);
    const loader = join(dirname(path), 'load.cjs');
    const text = opened(loader, () => readFileSync(loader, 'utf8'));
    const cache = openCodeCache(codeCachePath(path), fstatSync(descriptor).uid);
    const words = cache === undefined ? [] : [cachedWord];
    return programOf(descriptor, cache, ['--input-type=commonjs', '--eval', text, ...words]);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function programOf(descriptor: number, cache: number | undefined, args: readonly string[]): WorkerProgram {
  return {
    descriptor,
    cache,
    args: [...noDebugger(), ...args],
    [Symbol.dispose]: () => {
      closeSync(descriptor);
      if (cache !== undefined) closeSync(cache);
    },
  };
}

/** Other processes of the worker's user may send SIGUSR1 while Node starts, which would open its inspector. */
function noDebugger(): readonly string[] {
  // Node has no such flag before, and takes a millisecond to list those that it has.
  if (Number.parseInt(process.versions.node, 10) < 22) return [];
  const flag = '--disable-sigusr1';
  return process.allowedNodeEnvironmentFlags.has(flag) ? [flag] : [];
}

function opened<T>(path: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    const code = errorCode(error) ?? 'unknown';
    if (code === 'EMFILE' || code === 'ENFILE') throw tooFew(code, error);
    const hint = 'Reinstall the package.';
    throw new FetcherError('sandbox', `the worker's program ${path} can't be opened: ${code}`, {
      path,
      hint,
      cause: error,
    });
  }
}
