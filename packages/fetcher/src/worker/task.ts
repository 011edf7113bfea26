import type { WorkerFile } from '../channel/messages.js';
import type { SourceDownload } from '../source/download.js';
import type { Tools } from './tools.js';

/** What differs between the sources of a file. */
type OfSource = Pick<SourceDownload, 'url' | 'sink' | 'deadline' | 'resume' | 'onTurn' | 'onStart' | 'onProgress'>;

/** Returns the download of a file from one source. */
export function taskOf({ work, connections }: Tools, wanted: WorkerFile, ofSource: OfSource): SourceDownload {
  const { limits, ports, userAgent } = work;
  const { maxBytes, size, isSummed, modifiedSince } = wanted;
  return { limits, ports, userAgent, connections, maxBytes, size, isSummed, modifiedSince, ...ofSource };
}
