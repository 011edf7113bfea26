import { statfsSync } from 'node:fs';

import type { Folder } from './folder.js';

/** Space on a file system, in its blocks (statfs(2)). */
export interface Space {
  /** The size of a block in bytes. */
  readonly blockSize: number;
  readonly blocks: number;
  /** Blocks that are free for all users, not only for root. */
  readonly available: number;
}

/**
 * Returns the space of the file system of a directory.
 *
 * @throws Error of the system
 */
export function spaceOf(folder: Folder): Space {
  const { bsize, blocks, bavail } = statfsSync(folder.at('.'));
  return { blockSize: bsize, blocks, available: bavail };
}
