import { constants, openSync } from 'node:fs';

import { holdPath, holdsPaths, type NearDirectories } from '@sb/core';

import { namingWhole } from './named-path.js';
import { oPath } from './o-path.js';

/**
 * Opens what a path leads to, to look at it. Others may decide the path. So root goes name by name, and follows no
 * link to what another process has open. It asks no file system that an ordinary user serves, since it may never answer.
 *
 * @param path - any
 * @param follows - whether links are followed; `above`: all but one that has the last name
 * @param near - directories of earlier calls, in which this one may begin. Default: none
 * @returns a descriptor with O_PATH, on Linux alone
 * @throws Error of the system: EACCES also for what an ordinary user serves to root (FUSE)
 */
export function hold(path: string, follows: true | 'above' = true, near?: NearDirectories): number {
  if (!holdsPaths()) return openSync(path, follows === true ? oPath : oPath | constants.O_NOFOLLOW);
  return namingWhole(path, () => holdPath(path, near === undefined ? { follows } : { follows, near }));
}
