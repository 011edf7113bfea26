import type { Frame, Target, WorkerFile } from '../channel/messages.js';
import { FetcherError } from '../errors/fetcher-error.js';
import type { Piece } from '../channel/frames.js';
import { type FileReport, FileReports } from './file-reports.js';
import type { WrittenFile } from '../disk/written-file.js';

/** What the bytes of one file are written to. */
export type Targets = Readonly<Record<Target, WrittenFile | undefined>>;

/** Why bytes of one file could not be written: no fault of its worker. */
export type Refusals = Readonly<Partial<Record<Target, FetcherError>>>;

/**
 * Takes what a worker sends: words become reports, and bytes to where they belong, which no worker can reach. What
 * can't be written is counted and dropped, since its worker hears of it later than it sends.
 */
export class Receiver {
  readonly #files: readonly WorkerFile[];
  readonly #targets: readonly Targets[];
  readonly #refusals: Partial<Record<Target, FetcherError>>[];
  readonly #reports: FileReports;
  readonly #onRefused: (file: number) => void;

  /**
   * @param targets - one a file
   * @param onRefused - told of a file that can't be written, once
   */
  constructor(files: readonly WorkerFile[], targets: readonly Targets[], onRefused: (file: number) => void) {
    this.#files = files;
    this.#targets = targets;
    this.#refusals = files.map(() => ({}));
    this.#reports = new FileReports(files);
    this.#onRefused = onRefused;
  }

  /** What the worker has said of each file. */
  get reports(): readonly FileReport[] {
    return this.#reports.reports;
  }

  /** What could not be written of each file. */
  get refusals(): readonly Refusals[] {
    return this.#refusals;
  }

  /** Whether the worker has nothing left to say. */
  get isComplete(): boolean {
    return this.#reports.isComplete;
  }

  /**
   * Takes a frame or bytes that one has announced.
   *
   * @throws WorkerLied
   */
  take(item: Frame | Piece): void {
    if (item.type === 'bytes') {
      this.#attempt(item.file, item.of, (target) => target.write(item.bytes));
      return;
    }
    this.#reports.enter(item);
    if (item.type === 'started') {
      const isSummed = this.#files[item.file]?.isSummed === true;
      this.#attempt(item.file, 'file', (target) => target.begin(item.isAppended, isSummed));
    } else if (item.type === 'signature-started') {
      this.#attempt(item.file, 'signature', (target) => target.begin(false, false));
    }
  }

  #attempt(file: number, of: Target, act: (target: WrittenFile) => void): void {
    const target = this.#targets[file]?.[of];
    const refusals = this.#refusals[file];
    if (target === undefined || refusals === undefined || refusals[of] !== undefined) return;
    try {
      act(target);
    } catch (error) {
      if (!(error instanceof FetcherError)) throw error;
      refusals[of] = error;
      this.#onRefused(file);
    }
  }
}
