import { setImmediate } from 'node:timers/promises';

import { type Frame, maxTextLength } from '../channel/messages.js';
import { failureOf } from '../http/failure-of.js';
import { copy } from '../source/copy.js';
import { download, type Result, type SourceDownload } from '../source/download.js';
import { StatusFailure } from '../source/status-failure.js';

/** Why a source failed, in the form of a frame. */
export type Failure = Pick<Extract<Frame, { type: 'source-failed' }>, 'kind' | 'status' | 'message'>;

/**
 * Tries one source of one file.
 *
 * @param descriptor - the open file of a `file:` source
 */
export async function attempt(task: SourceDownload, descriptor: number | undefined): Promise<Result | Failure> {
  try {
    return await (task.url.protocol === 'file:' ? copy({ ...task, descriptor }) : download(task));
  } catch (error) {
    const { kind, message } = failureOf(error, task.url);
    const status = error instanceof StatusFailure ? error.status : null;
    return { kind, status, message: message.slice(0, maxTextLength) };
  } finally {
    // A connection is free one turn of the event loop after its body has ended. Without this wait, the next request
    // would open another one.
    await setImmediate();
  }
}
