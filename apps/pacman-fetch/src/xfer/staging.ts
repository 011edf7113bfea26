import { closeSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { errorCode } from '@sb/core';
import { FetcherError } from '@sb/fetcher';
import { Folder, isRoot, NewFolder, type Owner, timeToRemove } from '@sb/files';
import type { PrivdropPolicy } from '@sb/privdrop';

import { printMessage } from '../ui/print-message.js';
import { asDownloadError } from './file-error.js';
import { isGone, markPattern, processMark } from '../process-mark.js';

/**
 * Settings that a program looks for in the folder of HOME first, and then where passwd(5) says that its user lives, which
 * another process of that user may have written: so does curl(1). Empty ones end the search. wget(1) and aria2c(1) go by
 * HOME alone.
 */
const settings = ['.curlrc'];

/** What names of ours begin with. pacman's own folders are called `download-XXXXXX`: those are never touched. */
const prefix = 'pacman-fetch-';

/** What the copy of a file is called, beside the folder that it is copied from. */
const copySuffix = '.new';

const pattern = new RegExp(String.raw`^${prefix}(${markPattern})-\w{6}(\.new)?$`);

/** Who runs a command; where its group is nobody else's, `privateGroup` says so. */
export type Runner = Owner & Pick<PrivdropPolicy, 'privateGroup'>;

/** A folder for one run of a command, beside where its file belongs; it goes with everything in it. */
export class Staging implements Disposable {
  /** The folder, as the command is told of it. */
  readonly path: string;
  readonly #folder: NewFolder;

  private constructor(parent: Folder, folder: NewFolder) {
    this.path = join(parent.path, folder.name);
    this.#folder = folder;
  }

  /**
   * Makes it.
   *
   * @param parent - where the file belongs; stays open meanwhile
   * @throws FetcherError `file` where it can't be made
   */
  static make(parent: Folder): Staging {
    try {
      return new Staging(parent, NewFolder.make(parent, `${prefix}${processMark()}-`));
    } catch (error) {
      throw refusal(parent.path, 'has no room for a staging folder', error);
    }
  }

  /**
   * Lets the command in. A user's other processes stay out where the command has a group of its own: then the folder stays
   * ours, and nobody else finds a way to what is in it. Otherwise it is given to the user.
   *
   * @param runner - who runs the command
   * @throws FetcherError `file` where it can't be given away, or a default ACL would let in others as well
   */
  openTo(runner: Runner): void {
    try {
      if (runner.privateGroup?.state === 'chosen') this.#folder.shareWith(runner.gid);
      else this.#folder.giveTo(runner);
    } catch (error) {
      throw refusal(dirname(this.path), 'refuses chown', error);
    }
  }

  /**
   * Makes the folder a home without settings: then it is opened no more, since it is not empty.
   *
   * @throws FetcherError `file` where another process of the user has put something there already
   */
  furnish(): void {
    for (const name of settings) {
      try {
        closeSync(this.inside.create(name, 0o444));
      } catch (error) {
        throw refusal(this.path, `has no room for an empty ${name}`, error);
      }
    }
  }

  /** What a checked copy is called until it gets its own name. */
  get copyName(): string {
    return `${this.#folder.name}${copySuffix}`;
  }

  /** This very folder, whatever its path leads to by now. */
  get inside(): Folder {
    return this.#folder.inside;
  }

  /** What can't be removed, since a process that outlived the command still writes there, is warned of and stays. */
  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
    try {
      this.#folder.removeAll();
    } catch (error) {
      const text = `${this.path} can't be removed: ${errorCode(error) ?? (error as Error).message}`;
      printMessage('warning', {
        text,
        hint: 'Something that the XferCommand started may still write there; the next run removes it.',
      });
    }
  }
}

function refusal(path: string, what: string, caught: unknown): FetcherError {
  const error = asDownloadError(caught);
  if (error instanceof FetcherError) return error;
  const hint = 'Without XferCommand nothing has to be given away.';
  const why = errorCode(error) ?? (error as Error).message;
  return new FetcherError('file', `${path} ${what}: ${why}`, { path, hint });
}

/**
 * Removes what runs have left in a folder that were killed, by the names that they give. What can't be removed stays for
 * the next time; so does all of it where somebody else could turn the path into another one.
 *
 * @param parent - where files belong
 */
export function removeAbandoned(parent: string): void {
  let folder: Folder;
  try {
    folder = Folder.open(parent);
  } catch {
    // Nothing is downloaded to it either, which is said then.
    return;
  }
  try {
    // Who may rename there, or move something there, could have given one of these names to what holds files of root's.
    if (isRoot() && folder.whyOthersWrite() !== undefined) return;
    // Nobody is heard meanwhile: all of them have the time of one.
    const until = timeToRemove();
    for (const name of folder.names()) removeIfAbandoned(folder, name, until);
  } finally {
    folder.close();
  }
}

function removeIfAbandoned(folder: Folder, name: string, until: number): void {
  const [, mark] = pattern.exec(name) ?? [];
  if (mark === undefined || !isGone(mark)) return;
  try {
    folder.removeAll(name, until);
  } catch {
    // A program that outlived its run still writes there, or it isn't ours to remove.
  }
}
