import type { Frame, Target, WorkerFile } from '../channel/messages.js';
import { FetcherError } from '../errors/fetcher-error.js';
import type { Piece } from '../channel/frames.js';
import { type FileReport, FileReports } from './file-reports.js';
import type { WrittenFile } from '../disk/written-file.js';

/** The target of the bytes of one file. */
export type Targets = Readonly<Record<Target, WrittenFile | undefined>>;

/** Why bytes of one file could not be written, which is not the worker's fault. */
export type Refusals = Readonly<Partial<Record<Target, FetcherError>>>;

/**
 * Receives what a worker sends. It records reports, and writes bytes to their targets, which a worker cannot reach.
 * Bytes that cannot be written are counted and dropped: a worker learns about the error only after it has sent them.
 */
export class Receiver {
  readonly #files: readonly WorkerFile[];
  readonly #targets: readonly Targets[];
  readonly #refusals: Partial<Record<Target, FetcherError>>[];
  readonly #reports: FileReports;
  readonly #onRefused: (file: number) => void;

  /**
   * @param targets - one for each file
   * @param onRefused - called once for a file that cannot be written
   */
  constructor(files: readonly WorkerFile[], targets: readonly Targets[], onRefused: (file: number) => void) {
    this.#files = files;
    this.#targets = targets;
    this.#refusals = files.map(() => ({}));
    this.#reports = new FileReports(files);
    this.#onRefused = onRefused;
  }

  /** The reports of the worker about each file. */
  get reports(): readonly FileReport[] {
    return this.#reports.reports;
  }

  /** The write errors of each file. */
  get refusals(): readonly Refusals[] {
    return this.#refusals;
  }

  /** Whether all reports of the worker are final. */
  get isComplete(): boolean {
    return this.#reports.isComplete;
  }

  /**
   * Receives a frame, or announced bytes.
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
    } else if (item.type === 'source-failed' && item.kind === 'checksum') {
      this.#attempt(item.file, 'file', (target) => target.truncate());
    } else if (item.type === 'signature-started') {
      this.#attempt(item.file, 'signature', (target) => target.begin(false, false));
    }
  }

  /**
   * Answers the question of a worker about a file.
   *
   * @param isRight - whether it is the requested one; undefined if that is unknown
   * @returns null if it could not be compared: bytes that cannot be written are not the source's fault
   */
  judge(file: number, isRight: boolean | undefined): boolean | null {
    if (this.#refusals[file]?.file !== undefined || isRight === undefined) return null;
    if (!isRight) this.#reports.refute(file);
    return isRight;
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
