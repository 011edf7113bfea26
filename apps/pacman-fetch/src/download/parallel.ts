import type { Configuration } from '../config/configuration.js';
import { textsOf } from '../config/values.js';

/** The most connections at once; pacman accepts any number, but mirrors do not. */
const maxParallel = 64;

/** How many files pacman would download at once (ParallelDownloads), with a limit. */
export function parallelOf(configuration: Configuration): number {
  const [parallel = '1'] = textsOf(configuration, 'ParallelDownloads');
  return Math.min(maxParallel, Number(parallel));
}
