import { type Dirent, lstatSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { sandboxError } from '../errors.js';
import { entriesOf } from './entries.js';
import { realOf } from './homes.js';
import { isWithin } from './real-paths.js';

/** As many names as folders may have that are granted one by one: some milliseconds of a start. */
const mostNames = 10_000;

/** What else is known. */
export interface AllButOptions {
  /** Whether siblings are granted in the place of a folder, or nothing of it. Default: siblings */
  readonly divides?: boolean;
  /** Folders that are left out as well, and never looked at: their server may not answer. Default: none */
  readonly unlooked?: readonly string[];
}

/**
 * Grants folders without some of what lies in them. A ruleset can only grant: where something is left out, its siblings are
 * granted in the place of the folder, and what is made there later is denied. Links are left out, since what they lead to
 * may be just that; so is another name of the same file (a hard link) beside it. One deeper down is not looked for.
 */
export class AllBut {
  readonly #denied: ReadonlySet<string>;
  /** What is left out, and all folders above. */
  readonly #above: ReadonlySet<string>;
  readonly #files: ReadonlySet<string>;
  #names = 0;

  readonly #divides: boolean;

  /**
   * @param denied - absolute paths without links; they need not exist
   */
  constructor(denied: readonly string[], { divides = true, unlooked = [] }: AllButOptions = {}) {
    this.#denied = new Set([...denied, ...unlooked]);
    this.#above = new Set([...this.#denied].flatMap((path) => foldersAbove(path).concat(path)));
    this.#divides = divides;
    const lookedAt = denied.filter((path) => !unlooked.some((folder) => isWithin(path, folder)));
    this.#files = new Set(lookedAt.flatMap((path) => manyNamed(path)));
  }

  /**
   * The paths to be granted in the place of one.
   *
   * @param path - absolute; the same is given back where nothing is to be left out
   * @throws SandboxError `invalid-policy` where there are too many; `syscall-failed` where a folder can't be listed
   */
  within(path: string): readonly string[] {
    const real = realOf(path);
    if ([real, ...foldersAbove(real)].some((folder) => this.#denied.has(folder))) return [];
    if (!this.#isAbove(real)) return [path];
    if (!this.#divides) return [];
    return entriesOf(real).flatMap((entry) => this.#entry(real, entry));
  }

  #isAbove(real: string): boolean {
    return this.#above.has(real);
  }

  #entry(folder: string, entry: Dirent): readonly string[] {
    this.#names++;
    if (this.#names > mostNames) throw tooMany(folder);
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (this.#denied.has(path)) return [];
      return this.#isAbove(path) ? entriesOf(path).flatMap((one) => this.#entry(path, one)) : [path];
    }
    return entry.isFile() && !this.#denied.has(path) && !this.#isDenied(path) ? [path] : [];
  }

  #isDenied(path: string): boolean {
    if (this.#files.size === 0) return false;
    const status = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    return status === undefined || this.#files.has(`${status.dev}:${status.ino}`);
  }
}

/** The folders that a path without links lies in, the next one first. */
function foldersAbove(path: string): readonly string[] {
  const folders: string[] = [];
  for (let at = path; at !== dirname(at);) folders.push((at = dirname(at)));
  return folders;
}

/** What tells a file that has more than one name. */
function manyNamed(path: string): readonly string[] {
  try {
    const status = statSync(path, { bigint: true, throwIfNoEntry: false });
    return status?.isFile() === true && status.nlink > 1n ? [`${status.dev}:${status.ino}`] : [];
  } catch {
    // What this user can't look at has no name that it could be granted by.
    return [];
  }
}

function tooMany(folder: string): Error {
  return sandboxError('invalid-policy', 'policy', {
    what: `${folder} has too many names: more than ${mostNames} are beside credentials, and each takes a rule`,
    hint: 'Start from the profile none or --fs minimal, and name what is needed.',
    path: folder,
  });
}
