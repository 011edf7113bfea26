import { lstatSync, readlinkSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';

import { isSandboxError } from '@sb/core';
import { isRoot, servedDirectories } from '@sb/files';

import { sandboxError } from '../errors.js';

/** Names that are looked at for one start: usual home directories have some hundred. */
const mostNames = 100_000;

/** Links in each other's targets, as many as the kernel follows (path_resolution(7)). */
const mostLinks = 40;

interface Place {
  readonly real: string;
  readonly isThere: boolean;
}

/**
 * What may not be looked at: a user's file system that never answers would make root wait for ever. An ordinary user waits for the
 * user's own ones alone.
 */
export function unlooked(): readonly string[] {
  return isRoot() ? servedDirectories() : [];
}

/** Whether a path is another one or lies beneath it; neither has links. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** Paths without links, as they are now: each name is looked at once. */
export class RealPaths {
  readonly #unlooked: readonly string[];
  /** `undefined` while it is looked at, so that a circle of links ends. */
  readonly #known = new Map<string, Place | undefined>();
  #names = 0;
  #links = 0;

  constructor(notLookedAt: readonly string[] = unlooked()) {
    this.#unlooked = notLookedAt;
  }

  /**
   * A path without links, as far as it exists.
   *
   * @throws SandboxError `invalid-policy` where links lead through more names than anybody has
   */
  of(path: string): string {
    return this.#look(path)?.real ?? path;
  }

  /** Whether something is there that may be looked at. */
  isThere(path: string): boolean {
    return this.#look(path)?.isThere ?? false;
  }

  #look(path: string): Place | undefined {
    if (!this.#known.has(path)) {
      this.#known.set(path, undefined);
      this.#known.set(path, this.#lookAt(path));
    }
    return this.#known.get(path);
  }

  /** Most of what is looked for isn't there, and an exception for each would be slow. */
  #lookAt(path: string): Place {
    this.#count(path);
    const above = dirname(path);
    if (above === path) return { real: path, isThere: true };
    const real = join(this.of(above), basename(path));
    if (!this.isThere(above) || this.#unlooked.some((folder) => isWithin(real, folder)))
      return { real, isThere: false };
    try {
      const status = lstatSync(real, { throwIfNoEntry: false });
      return status?.isSymbolicLink() === true ? this.#follow(real) : { real, isThere: status !== undefined };
    } catch (error) {
      if (isSandboxError(error)) throw error;
      // What this user can't look at leads nowhere for him.
      return { real, isThere: false };
    }
  }

  /** Where a link leads, name by name as the kernel goes; `..` is above what the names before it lead to. */
  #follow(link: string): Place {
    const target = readlinkSync(link);
    if (this.#links >= mostLinks) return { real: link, isThere: false };
    this.#links++;
    try {
      let at = isAbsolute(target) ? '/' : dirname(link);
      const names = target.split('/').filter((name) => name !== '' && name !== '.');
      for (const name of names) {
        this.#count(link);
        const next = name === '..' ? dirname(at) : join(at, name);
        at = this.of(next);
        // Nothing lies beneath what is not there; what is made there later is the link's target, or on the way to it.
        if (!this.isThere(next)) return { real: at, isThere: false };
      }
      return { real: at, isThere: true };
    } finally {
      this.#links--;
    }
  }

  #count(path: string): void {
    this.#names++;
    if (this.#names <= mostNames) return;
    throw sandboxError('invalid-policy', 'policy', {
      what: `links such as ${JSON.stringify(path)} lead through more than ${mostNames} names, where credentials are looked for`,
      hint: 'Start from the profile none or --fs minimal, and name what is needed.',
      path,
    });
  }
}
