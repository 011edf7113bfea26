import type { WorkerFile } from '../channel/messages.js';

/**
 * Returns the order in which files are started. It is the given order, except that small files come first, as many as
 * are started at once. The first file of a host is its trial, and a lying host should not get a large file for it.
 *
 * @returns each file with its index
 */
export function trialsFirst(
  files: readonly WorkerFile[],
  parallel: number,
): readonly (readonly [file: number, wanted: WorkerFile])[] {
  const all = [...files.entries()];
  const isTrial = ([, { isSummed, size, sources }]: (typeof all)[number]): boolean =>
    isSummed && size !== null && sources.length > 1;
  const small = all
    .filter(isTrial)
    .sort(([, one], [, other]) => (one.size ?? 0) - (other.size ?? 0))
    .slice(0, parallel);
  // Few files are all started at once in any case.
  if (all.length <= parallel) return all;
  return [...small, ...all.filter((entry) => !small.includes(entry))];
}
