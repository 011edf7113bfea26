import { maxFiles } from './channel.js';
import type { CheckedRequest } from './check.js';

/** `file:` sources that are open at once, so that no limit on descriptors is in the way. */
const maxLocalSources = 128;

/** Cuts a batch into what one worker takes at once: at most {@link maxFiles} files. */
export function portions(requests: readonly CheckedRequest[]): readonly (readonly CheckedRequest[])[] {
  const cut: CheckedRequest[][] = [];
  let [files, locals] = [Infinity, 0];
  for (const request of requests) {
    const own = request.sources.filter(({ protocol }) => protocol === 'file:').length;
    if (files + 1 > maxFiles || locals + own > maxLocalSources) {
      cut.push([]);
      [files, locals] = [0, 0];
    }
    files += 1;
    locals += own;
    cut.at(-1)?.push(request);
  }
  return cut;
}
