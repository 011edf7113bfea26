import type { ChildProcess } from 'node:child_process';

import { closeAnonymous, hasLibuv, statusPipe } from '../native.js';
import type { StdioEntry } from './stdio.js';

/** Where the status of a launcher arrives. */
export interface StatusChannel {
  /** The launcher's end, for `child_process`. */
  readonly entry: StdioEntry;
  /** Closes this process's copy of the launcher's end. Call it after the child was started, or could not be. */
  close(): void;
  /**
   * Returns everything that is written until every holder of that end has closed it.
   *
   * @param child - that was started with `entry`
   * @param index - the number that `entry` has in it
   */
  said(child: ChildProcess, index: number): Promise<string>;
}

/** The most that a launcher writes in addition to a line for each rule: its own status, its proofs, and a failure. */
const ownWords = 16_384;

/**
 * Opens a channel for one launcher.
 *
 * @param records - length of its records in bytes. A line about a rule is shorter than the rule.
 * @throws SandboxError if it cannot be opened
 */
export function openStatusChannel(records: number): StatusChannel {
  if (!hasLibuv()) return streamChannel;
  let tell: (text: string) => void = () => undefined;
  const text = new Promise<string>((resolve) => {
    tell = resolve;
  });
  const descriptor = statusPipe(records + ownWords, tell);
  return { entry: descriptor, close: () => closeAnonymous(descriptor), said: () => text };
}

/** A pipe of `child_process`: several times as expensive, since it wakes this process for each write. */
const streamChannel: StatusChannel = { entry: 'pipe', close: () => undefined, said: saidOn };

/**
 * Returns everything that a child writes to one of its descriptors, until every holder has closed it; empty without a
 * stream.
 *
 * @param child - with a `pipe` at that place
 * @param index - number of the descriptor
 */
export async function saidOn({ stdio }: ChildProcess, index: number): Promise<string> {
  const stream = stdio[index];
  if (stream === null || stream === undefined || !('read' in stream)) return '';
  const parts: Buffer[] = [];
  // By events: an iterator would take longer than the launcher.
  return await new Promise((resolve) => {
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.once('error', () => resolve(''));
    stream.once('end', () => resolve(Buffer.concat(parts).toString('latin1')));
  });
}
