import { maxFiles } from '../channel/messages.js';
import type { CheckedRequest } from '../request/check.js';

/** `file:` sources that are open at the same time, so that the limit on descriptors is not reached. */
const maxLocalSources = 128;

/** Descriptors of this process for one file, in addition to its sources: the file, its directory, its lock. */
const perFile = 3;

/**
 * Splits a batch into parts for one worker each: at most {@link maxFiles} files, including signatures.
 *
 * @param budget - descriptors that may be opened for a part; a single file may need more, and then fails
 */
export function splitBatch(
  requests: readonly CheckedRequest[],
  budget: number,
): readonly (readonly CheckedRequest[])[] {
  const cut: CheckedRequest[][] = [];
  let [files, locals] = [Infinity, 0];
  for (const request of requests) {
    const each = request.signature === undefined ? 1 : 2;
    const own = each * request.sources.filter(({ protocol }) => protocol === 'file:').length;
    const isOver = (files + each) * perFile + locals + own > budget;
    if (files + each > maxFiles || locals + own > maxLocalSources || (isOver && files > 0)) {
      cut.push([]);
      [files, locals] = [0, 0];
    }
    files += each;
    locals += own;
    cut.at(-1)?.push(request);
  }
  return cut;
}
