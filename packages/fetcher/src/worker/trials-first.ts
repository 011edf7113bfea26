import type { WorkerFile } from '../channel/messages.js';

/**
 * In which order files are begun: as they were given, but for as many small ones as are begun at once. The first file of
 * a host is its trial, and one that sends something else should not do so with a large one.
 *
 * @returns each file with its place
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
  // Few files are all begun at once in any case.
  if (all.length <= parallel) return all;
  return [...small, ...all.filter((entry) => !small.includes(entry))];
}
