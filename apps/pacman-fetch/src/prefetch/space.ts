import { basename, dirname } from 'node:path';

import type { DownloadRequest } from '@sb/fetcher';
import { Folder, look, type Space, spaceOf } from '@sb/files';

import { FetchError } from '../errors.js';

/** What stays free where files come: 20 MiB, or a twentieth where that is less, as pacman keeps it. */
const cushionBytes = 20 * 1024 * 1024;

/**
 * Blocks that files take, and the cushion beside them.
 *
 * @param sizes - bytes of each that are still to come
 */
function blocksNeeded(sizes: readonly number[], { blockSize, blocks }: Omit<Space, 'available'>): number {
  const cushion = Math.min(Math.trunc(blocks / 20) + 1, Math.trunc(cushionBytes / blockSize) + 1);
  return sizes.reduce((sum, size) => sum + Math.ceil(size / blockSize), cushion);
}

/**
 * Makes sure that there is room for all that is to come, before the first byte (CheckSpace in pacman.conf(5)). What has
 * no known size is not counted.
 *
 * @throws FetchError `download`, in pacman's words
 */
export function requireSpace(requests: readonly DownloadRequest[]): void {
  const folders = new Set(requests.map(({ to }) => dirname(to)));
  for (const path of folders) {
    using folder = Folder.open(path);
    const space = spaceOf(folder);
    const sizes = requests.filter(({ to }) => dirname(to) === path).map((request) => toCome(request, folder));
    const needed = blocksNeeded(sizes, space);
    if (needed <= space.available) continue;
    const what = `Partition ${mountPoint(path)} too full: ${needed} blocks needed, ${space.available} blocks free`;
    throw new FetchError('download', what, 'Nothing was downloaded. "paccache -r" removes old packages.');
  }
}

/** Bytes of a file that are still to come. */
function toCome({ to, size = 0 }: DownloadRequest, folder: Folder): number {
  const part = folder.lookUp(`${basename(to)}.part`);
  return Math.max(0, size - (part?.isFile() === true ? part.size : 0));
}

/** Where the file system of a folder is mounted. */
function mountPoint(path: string): string {
  let point = path;
  while (point !== '/' && look(dirname(point))?.dev === look(point)?.dev) point = dirname(point);
  return point;
}
