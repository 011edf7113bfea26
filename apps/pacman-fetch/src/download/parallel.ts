import type { Configuration } from '../config/configuration.js';
import { textsOf } from '../config/values.js';

/** Connections at once; pacman takes any number, and no mirror likes more. */
const maxParallel = 64;

/** How many files pacman would download at once (ParallelDownloads), within reason. */
export function parallelOf(configuration: Configuration): number {
  const [parallel = '1'] = textsOf(configuration, 'ParallelDownloads');
  return Math.min(maxParallel, Number(parallel));
}
