import { basename, dirname } from 'node:path';

import { errorCode } from '@sb/core';
import { Folder } from '@sb/files';

import { StagedFile } from '../xfer/staged-file.js';

/** Nobody listens to signals yet, so that one ends this process. */
const untilKilled = new AbortController().signal;

const signature = /\.sig$/;

/**
 * Serves pacman from its cache folder, which is the one above the folder that it has its XferCommand run in. pacman asks
 * for a package that is there once more where it has no signature; it checks both itself.
 *
 * @param to - absolute path of the file that pacman asks for
 * @returns whether there is nothing left to be downloaded: `to` is there by now, or it is the signature of a package that
 *   came without one
 */
export async function serveFromCache(to: string): Promise<boolean> {
  const name = basename(to);
  using cache = Folder.open(dirname(dirname(to)));
  if (cache.lookUp(name)?.isFile() === true) return await copy(cache, to);
  return signature.test(name) && cache.lookUp(name.replace(signature, ''))?.isFile() === true;
}

/** Whoever owns a file there: who may rename in that folder can have moved it in, so only what all may read is copied. */
const nobodys = -1;

/** A file that isn't served is downloaded: one that not all may read, is a link, or has another name as well. */
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
