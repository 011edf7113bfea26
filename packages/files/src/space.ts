import { statfsSync } from 'node:fs';

import type { Folder } from './folder.js';

/** Room on a file system, in its blocks (statfs(2)). */
export interface Space {
  /** Bytes of a block. */
  readonly blockSize: number;
  readonly blocks: number;
  /** Blocks that are free for everybody, not only for root. */
  readonly available: number;
}

/**
 * How much room there is where a folder lies.
 *
 * @throws Error of the system
 */
export function spaceOf(folder: Folder): Space {
  const { bsize, blocks, bavail } = statfsSync(folder.at('.'));
  return { blockSize: bsize, blocks, available: bavail };
}
