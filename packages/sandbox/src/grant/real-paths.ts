import {
  beneath,
  type ByteText,
  folderOf,
  HeldDirectories,
  type HeldEntry,
  isRoot,
  nameOf,
  servedDirectories,
  shownText,
} from '@sb/files';

import { sandboxError } from '../errors.js';

/** Names that are looked at for one start: usual home directories have some hundred. */
const mostNames = 100_000;

/** Links in each other's targets, as many as the kernel follows (path_resolution(7)). */
const mostLinks = 40;

/** Directories within each other: nobody keeps credentials deeper, and each look goes through all of them. */
const mostLevels = 200;

/** The longest path that the kernel takes (PATH_MAX). Longer texts cost more than their length, for instance as keys of a map. */
const mostBytes = 4095;

/** Bytes of all paths that are looked at for one start. */
const mostText = 2 ** 26;

interface Place {
  readonly real: ByteText;
  readonly isThere: boolean;
}

/**
 * What may not be looked at, nor granted: a user's file system that never answers would make root wait for ever. An ordinary user
 * waits for the user's own ones alone.
 */
export function unlooked(): readonly string[] {
  return isRoot() ? servedDirectories() : [];
}

/** Whether a path is another one or lies beneath it; neither has links. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/**
 * Paths without links, as they are now: each name is looked at once, in a directory that is held open. What an ordinary user serves
 * is not looked at, also where it is mounted meanwhile.
 */
export class RealPaths implements Disposable {
  /** Its look at directories. */
  readonly directories: HeldDirectories;
  /** `undefined` while it is looked at, so that a circle of links ends. */
  readonly #known = new Map<ByteText, Place | undefined>();
  readonly #served = new Set<ByteText>();
  #names = 0;
  #text = 0;
  #links = 0;
  /** How often a link was not followed, since too many lead to it. */
  #cut = 0;

  constructor() {
    this.directories = new HeldDirectories((path) => this.#count(path));
  }

  /** What was found to be an ordinary user's file system so far. */
  get served(): ReadonlySet<ByteText> {
    return this.#served;
  }

  /**
   * A path without links, as far as it exists.
   *
   * @param expected - what it is as a rule, which saves asking for others. Default: a directory, or nothing
   * @throws SandboxError `invalid-policy` where links lead through more names than anybody has
   */
  of(path: ByteText, expected?: HeldEntry['kind']): ByteText {
    return this.#look(path, expected)?.real ?? path;
  }

  /** Whether something is there that may be looked at. */
  isThere(path: ByteText): boolean {
    return this.#look(path)?.isThere ?? false;
  }

  [Symbol.dispose](): void {
    this.directories[Symbol.dispose]();
  }

  #look(path: ByteText, expected?: HeldEntry['kind']): Place | undefined {
    if (path.length > mostBytes || (path.length > mostLevels && path.split('/').length > mostLevels))
      throw tooDeep(path);
    if (this.#known.has(path)) return this.#known.get(path);
    this.#known.set(path, undefined);
    const cut = this.#cut;
    const place = this.#lookAt(path, expected);
    // Behind fewer links it leads on.
    if (this.#cut === cut || this.#links === 0) this.#known.set(path, place);
    else this.#known.delete(path);
    return place;
  }

  #lookAt(path: ByteText, expected: HeldEntry['kind'] | undefined): Place {
    this.#count(path);
    const above = folderOf(path);
    if (above === path) return { real: path, isThere: true };
    // Asked once: what is not remembered would be looked at twice at each level.
    const folder = this.#look(above);
    const real = beneath(folder?.real ?? above, nameOf(path));
    if (folder?.isThere !== true) return { real, isThere: false };
    const found = this.directories.lookUp(real, expected);
    if (found?.kind === 'link') return this.#follow(real, found.target);
    if (found?.kind === 'served') this.#served.add(real);
    return { real, isThere: found !== undefined && found.kind !== 'served' };
  }

  /** Where a link leads, name by name as the kernel goes; `..` is above what the names before it lead to. */
  #follow(link: ByteText, target: ByteText): Place {
    if (this.#links >= mostLinks) {
      this.#cut++;
      return { real: link, isThere: false };
    }
    this.#links++;
    try {
      let at = target.startsWith('/') ? '/' : folderOf(link);
      const names = target.split('/').filter((name) => name !== '' && name !== '.');
      for (const name of names) {
        this.#count(link);
        const next = name === '..' ? folderOf(at) : beneath(at, name);
        const place = this.#look(next);
        at = place?.real ?? next;
        // Nothing lies beneath what is not there; what is made there later is the link's target, or on the way to it.
        if (place?.isThere !== true) return { real: at, isThere: false };
      }
      return { real: at, isThere: true };
    } finally {
      this.#links--;
    }
  }

  #count(bytes: ByteText): void {
    this.#names++;
    this.#text += bytes.length;
    if (this.#names <= mostNames && this.#text <= mostText) return;
    const path = shortText(bytes);
    throw sandboxError('invalid-policy', 'policy', {
      what: `links such as ${JSON.stringify(path)} lead through more than ${mostNames} names or ${mostText} bytes, where credentials are looked for`,
      hint: 'Start from the profile none or --fs minimal, and name what is needed.',
      path,
    });
  }
}

function tooDeep(bytes: ByteText): Error {
  const path = shortText(bytes);
  return sandboxError('invalid-policy', 'policy', {
    what: `${JSON.stringify(path)} lies more than ${mostLevels} directories or ${mostBytes} bytes deep, where credentials are looked for`,
    hint: 'Start from the profile none or --fs minimal, and name what is needed.',
    path,
  });
}

/** Enough of a path to find it. */
function shortText(bytes: ByteText): string {
  return shownText(bytes.length > 200 ? `${bytes.slice(0, 200)}...` : bytes);
}
