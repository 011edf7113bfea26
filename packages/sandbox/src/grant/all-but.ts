import { beneath, type ByteText, byteText, exactText, folderOf, type HeldEntry, shownText } from '@sb/files';

import { sandboxError } from '../errors.js';
import { entriesOf } from './entries.js';
import { RealPaths } from './real-paths.js';

/** The most names in directories that are granted name by name: some milliseconds of a start. */
const mostNames = 10_000;

/** What else is known. */
export interface AllButOptions {
  /** Whether to grant siblings in the place of a directory, or nothing of the directory. Default: siblings */
  readonly divides?: boolean;
  /** Further directories that are left out and never examined: their server may not answer. Default: none */
  readonly unlooked?: readonly string[];
  /** What is known of paths, with file systems of ordinary users that are left out as well. Default: nothing */
  readonly paths?: RealPaths;
}

/**
 * Grants directories without some of what they contain. A ruleset can only grant. Where something is left out, its siblings
 * are granted in the place of the directory, and everything made there later is denied.
 *
 * Symbolic links are left out, since they may lead to what is left out. Another name of the same file (a hard link) beside
 * it is left out too. Hard links deeper down are not looked for. A name that is not UTF-8 is left out, since no text can
 * name it.
 */
export class AllBut implements Disposable {
  readonly #denied: ReadonlySet<ByteText>;
  /** What is left out, and all directories above it. */
  readonly #above: ReadonlySet<ByteText>;
  readonly #files: ReadonlySet<string>;
  readonly #paths: RealPaths;
  readonly #divides: boolean;
  #names = 0;

  /**
   * @param denied - absolute paths without links; they need not exist
   */
  constructor(
    denied: readonly string[],
    { divides = true, unlooked = [], paths = new RealPaths() }: AllButOptions = {},
  ) {
    this.#paths = paths;
    this.#divides = divides;
    const secrets = denied.map(byteText);
    this.#files = new Set(secrets.flatMap((path) => manyNamed(paths, path)));
    this.#denied = new Set([...secrets, ...unlooked.map(byteText), ...paths.served]);
    this.#above = withFoldersAbove(this.#denied);
  }

  /**
   * The paths to grant in the place of one.
   *
   * @param path - absolute; the same path is returned if nothing is to be left out
   * @throws SandboxError `invalid-policy` if there are too many; `syscall-failed` if a directory cannot be listed
   */
  within(path: string): readonly string[] {
    const real = this.#paths.of(byteText(path));
    if ([real, ...foldersAbove(real)].some((folder) => this.#isLeftOut(folder))) return [];
    if (!this.#isAbove(real)) return [path];
    return this.#divides ? [...this.#beside(real)] : [];
  }

  /** Lets go of the directories that it holds. */
  [Symbol.dispose](): void {
    this.#paths[Symbol.dispose]();
  }

  /** File systems of ordinary users may be found later. */
  #isLeftOut(path: ByteText): boolean {
    return this.#denied.has(path) || this.#paths.served.has(path);
  }

  #isAbove(real: ByteText): boolean {
    return this.#above.has(real);
  }

  *#beside(folder: ByteText): Generator<string> {
    for (const entry of entriesOf(this.#paths.directories, folder)) {
      this.#names++;
      if (this.#names > mostNames) throw tooMany(folder);
      yield* this.#entry(beneath(folder, entry.name), entry);
    }
  }

  *#entry(path: ByteText, { kind }: HeldEntry): Generator<string> {
    if (this.#isLeftOut(path)) return;
    if (kind === 'directory' && this.#isAbove(path)) {
      yield* this.#beside(path);
      return;
    }
    const text = exactText(path);
    const isGranted = kind === 'directory' || (kind === 'file' && !this.#isDenied(path));
    if (isGranted && text !== undefined) yield text;
  }

  #isDenied(path: ByteText): boolean {
    if (this.#files.size === 0) return false;
    const found = this.#paths.directories.lookUp(path, 'file');
    return found?.kind !== 'file' || this.#files.has(found.id);
  }
}

/** Paths, and all directories above them. Each is listed once: thousands of paths may lie in one deep directory. */
function withFoldersAbove(paths: ReadonlySet<ByteText>): ReadonlySet<ByteText> {
  const all = new Set<ByteText>();
  for (const path of paths) for (let at = path; !all.has(at); at = folderOf(at)) all.add(at);
  return all;
}

/** The directories above a path without symbolic links, the nearest first. */
function foldersAbove(path: ByteText): readonly ByteText[] {
  const folders: ByteText[] = [];
  for (let at = path; at !== folderOf(at);) folders.push((at = folderOf(at)));
  return folders;
}

/** What tells a file that has more than one name. */
function manyNamed(paths: RealPaths, path: ByteText): readonly string[] {
  const found = paths.isThere(path) ? paths.directories.lookUp(path) : undefined;
  return found?.kind === 'file' && found.links > 1n ? [found.id] : [];
}

function tooMany(bytes: ByteText): Error {
  const folder = shownText(bytes);
  return sandboxError('invalid-policy', 'policy', {
    what: `${folder} has too many names: more than ${mostNames} are beside credentials, and each takes a rule`,
    hint: 'Start from the profile none or --fs minimal, and name what is needed.',
    path: folder,
  });
}
