import { basename, dirname } from 'node:path';

import { errorCode } from '@sb/core';
import { Folder } from '@sb/files';

import { StagedFile } from '../xfer/staged-file.js';

/** Nothing listens to signals yet, so a signal ends this process. */
const untilKilled = new AbortController().signal;

const signature = /\.sig$/;

/**
 * Serves pacman from its cache directory, which is the parent of the directory in which pacman runs its XferCommand.
 * pacman asks again for a package without a signature that is already there; it checks both itself.
 *
 * @param to - absolute path of the file that pacman asks for
 * @returns whether there is nothing left to download: `to` exists now, or it is the signature of a package that came
 *   without one
 */
export async function serveFromCache(to: string): Promise<boolean> {
  const name = basename(to);
  using cache = Folder.open(dirname(dirname(to)));
  if (cache.lookUp(name)?.isFile() === true) return await copy(cache, to);
  return signature.test(name) && cache.lookUp(name.replace(signature, ''))?.isFile() === true;
}

/**
 * The owner does not matter: a user that may rename in that directory can have moved the file there. So only files that
 * all users may read are copied.
 */
const nobodys = -1;

/**
 * A file that is not served is downloaded: if not all users may read it, if it is a link, or if it has another name as
 * well.
 */
async function copy(cache: Folder, to: string): Promise<boolean> {
  const name = basename(to);
  using folder = Folder.open(dirname(to));
  try {
    using file = await StagedFile.take(
      { folder: cache, name, uid: nobodys },
      { folder, copyName: `${name}.new` },
      { expected: { to, maxBytes: Number.MAX_SAFE_INTEGER }, signal: untilKilled },
    );
    file.commit();
    return true;
  } catch (error) {
    if (['ENOSPC', 'EDQUOT', 'EROFS'].includes(errorCode(error) ?? '')) throw error;
    return false;
  }
}
