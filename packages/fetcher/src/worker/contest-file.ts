import type { WorkerFile } from '../channel/messages.js';
import type { Result } from '../source/download.js';
import type { Stop } from '../values/stop.js';
import type { ChannelSink } from './channel-sink.js';

/** One file, and what is known about it. */
export interface ContestFile {
  /** Called with false when the file waits for others, and with true when it does no more. */
  readonly onTurn: (isTurn: boolean) => void;
  readonly file: number;
  readonly wanted: WorkerFile;
  readonly sink: ChannelSink;
  readonly deadline: Stop;
}

/** The source that had the file. */
export interface Found {
  readonly source: number;
  /** Sources that did not have it, or were slower. */
  readonly failed: ReadonlySet<number>;
  readonly found: Result;
}
