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
 * Settings that a program looks for in HOME first, and then in the user's directory by passwd(5), where another process
 * of that user may have written them. curl(1) does so. An empty file ends the search. wget(1) and aria2c(1) use only
 * HOME.
 */
const settings = ['.curlrc'];

/**
 * The beginning of the names of staging directories. Those of pacman are named `download-XXXXXX`, and are never
 * touched.
 */
const prefix = 'pacman-fetch-';

/** The suffix of a copy, which is next to the staging directory. */
const copySuffix = '.new';

const pattern = new RegExp(String.raw`^${prefix}(${markPattern})-\w{6}(\.new)?$`);

/** The user that runs a command; `privateGroup` is set if its group is private. */
export type Runner = Owner & Pick<PrivdropPolicy, 'privateGroup'>;

/** A directory for one run of a command, next to the final place of its file. It is removed with everything in it. */
export class Staging implements Disposable {
  /** The directory, as a path for the command. */
  readonly path: string;
  readonly #folder: NewFolder;

  private constructor(parent: Folder, folder: NewFolder) {
    this.path = join(parent.path, folder.name);
    this.#folder = folder;
  }

  /**
   * Creates it.
   *
   * @param parent - the directory of the file; stays open meanwhile
   * @throws FetcherError `file` if it cannot be created
   */
  static make(parent: Folder): Staging {
    try {
      return new Staging(parent, NewFolder.make(parent, `${prefix}${processMark()}-`));
    } catch (error) {
      throw refusal(parent.path, 'cannot hold a staging directory', error);
    }
  }

  /**
   * Gives the command access. If the command has a private group, the directory keeps its owner, and the user's other
   * processes cannot reach its content. Otherwise it is given to the user.
   *
   * @param runner - the user that runs the command
   * @throws FetcherError `file` if its owner cannot be changed, or if a default ACL would admit other users as well
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
   * Makes the directory a home without settings. Since it is then not empty, it is not opened to further users.
   *
   * @throws FetcherError `file` if another process of the user has put a file there already
   */
  furnish(): void {
    for (const name of settings) {
      try {
        closeSync(this.inside.create(name, 0o444));
      } catch (error) {
        throw refusal(this.path, `cannot hold an empty ${name}`, error);
      }
    }
  }

  /** The name of a checked copy until it gets its final name. */
  get copyName(): string {
    return `${this.#folder.name}${copySuffix}`;
  }

  /** This very directory, even if its path now leads elsewhere. */
  get inside(): Folder {
    return this.#folder.inside;
  }

  /**
   * If it cannot be removed, because a process that outlived the command still writes there, a warning is shown and it
   * stays.
   */
  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
    try {
      this.#folder.removeAll();
    } catch (error) {
      const text = `cannot remove ${this.path}: ${errorCode(error) ?? (error as Error).message}`;
      printMessage('warning', {
        text,
        hint: 'A process that the XferCommand started may still write there. The next run removes it.',
      });
    }
  }
}

function refusal(path: string, what: string, caught: unknown): FetcherError {
  const error = asDownloadError(caught);
  if (error instanceof FetcherError) return error;
  const hint = 'Remove XferCommand: the built-in worker does not need to change an owner.';
  const why = errorCode(error) ?? (error as Error).message;
  return new FetcherError('file', `${path} ${what}: ${why}`, { path, hint });
}

/**
 * Removes what killed runs have left in a directory, by their names. What cannot be removed stays for the next time. If
 * another user could replace a part of the path, everything stays.
 *
 * @param parent - the directory of files
 */
export function removeAbandoned(parent: string): void {
  let folder: Folder;
  try {
    folder = Folder.open(parent);
  } catch {
    // Downloads to it fail as well, with a message.
    return;
  }
  try {
    // A user that may rename there, or move files there, could have given such a name to a directory with root's files.
    if (isRoot() && folder.whyOthersWrite() !== undefined) return;
    // Signals wait meanwhile, so all of them together have the time of one.
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
    // A program that outlived its run still writes there, or this process may not remove it.
  }
}
