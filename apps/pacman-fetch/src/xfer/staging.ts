import { chownSync, mkdtempSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

import { errorCode } from '@sb/core';
import { FetcherError } from '@sb/fetcher';

import { isGone, markPattern, processMark } from '../process-mark.js';
import { removeTree } from './remove-tree.js';

/** What names of ours begin with. pacman's own folders are called `download-XXXXXX`: those are never touched. */
const prefix = 'pacman-fetch-';

/** What the copy of a file is called, beside the folder that it is copied from. */
const copySuffix = '.new';

const pattern = new RegExp(String.raw`^${prefix}(${markPattern})-\w{6}(\.new)?$`);

/** A folder for one run of a command, beside where its file belongs; it goes with everything in it. */
export class Staging implements Disposable {
  /** The folder. */
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Makes it.
   *
   * @param parent - where the file belongs
   * @param owner - who runs the command; undefined: we do
   * @throws FetcherError `file` where it can't be made, or can't be given away
   */
  static make(parent: string, owner: { readonly uid: number; readonly gid: number } | undefined): Staging {
    let staging: Staging | undefined;
    try {
      staging = new Staging(mkdtempSync(join(parent, `${prefix}${processMark()}-`)));
      if (owner !== undefined) chownSync(staging.path, owner.uid, owner.gid);
      return staging;
    } catch (error) {
      staging?.[Symbol.dispose]();
      const what = staging === undefined ? 'has no room for a staging folder' : 'refuses chown';
      const hint = 'Without XferCommand nothing has to be given away.';
      throw new FetcherError('file', `${parent} ${what}: ${errorCode(error)}`, { path: parent, hint });
    }
  }

  /** What a checked copy is called until it gets its own name. */
  get copyName(): string {
    return `${basename(this.path)}${copySuffix}`;
  }

  [Symbol.dispose](): void {
    removeTree(this.path);
  }
}

/**
 * Removes what runs have left in a folder that were killed, by the names that they give. What can't be removed stays for
 * the next time.
 *
 * @param parent - where files belong
 */
export function removeAbandoned(parent: string): void {
  for (const name of readdirSync(parent)) {
    const [, mark] = pattern.exec(name) ?? [];
    if (mark === undefined || !isGone(mark)) continue;
    try {
      removeTree(join(parent, name));
    } catch {
      // A program that outlived its run still writes there, or it isn't ours to remove.
    }
  }
}
