import { maxFiles } from '../channel/messages.js';
import type { CheckedRequest } from '../request/check.js';

/** `file:` sources that are open at once, so that no limit on descriptors is in the way. */
const maxLocalSources = 128;

/** Descriptors of this process for one file, beside its sources: the file, its folder, its lock. */
const perFile = 3;

/**
 * Cuts a batch into what one worker takes at once: at most {@link maxFiles} files, signatures among them.
 *
 * @param budget - descriptors that may be opened for them; a single file may take more, and then fails
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
