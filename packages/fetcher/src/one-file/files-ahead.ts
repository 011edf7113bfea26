import type { TransferFailure } from '../errors/transfer-failure.js';
import { failureOf } from '../http/failure-of.js';
import { KeptFile, type StreamSink } from './kept-file.js';

/** A file that will be asked for. */
export interface ExpectedFile {
  readonly url: URL;
  /** Bytes, as the database says. */
  readonly size: number;
}

/** What may be downloaded before it is asked for. */
export interface AheadLimits {
  /** Files at once. */
  readonly parallel: number;
  /** Bytes of files that nobody has asked for yet. */
  readonly maxBytes: number;
}

/** How a file has ended that was asked for. */
export interface Ending {
  /** Undefined where the sink has all of it. */
  readonly failure: TransferFailure | undefined;
}

/** Makes one attempt at a file; never throws. */
export type Attempt = (url: URL, sink: StreamSink) => Promise<TransferFailure | undefined>;

/** A file that is under way, or whole. */
interface Kept extends Waiting {
  readonly url: URL;
  readonly file: KeptFile;
  readonly done: Promise<TransferFailure | undefined>;
}

/** A file that is expected, by the parts of its URL. */
interface Waiting {
  readonly folder: string;
  readonly name: string;
  readonly size: number;
  readonly kind: 'file' | 'signature';
}

/** Bytes of a signature, as pacman takes it at the most. */
const maxSignature = 16 * 1024;

/** Failures in a row after which nothing of that kind is downloaded ahead any more. */
const maxFailures = 3;

/**
 * Downloads files before they are asked for, in the order in which they are expected, and holds them in memory until then. It asks
 * those servers only that the caller has asked for a file of the same folder. Signatures are expected once one was asked for.
 *
 * A file that fails here is downloaded like any other when it is asked for.
 */
export class FilesAhead {
  readonly #attempt: Attempt;
  readonly #limits: AheadLimits;
  readonly #asked = new Set<string>();
  readonly #kept = new Map<string, Kept>();
  /** In which folder the files of another one are asked for; the last time counts. */
  readonly #folders = new Map<string, string>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #failures = { file: 0, signature: 0 };
  #hasSignatures = false;
  #bytes = 0;
  #running = 0;

  constructor(attempt: Attempt, limits: AheadLimits) {
    this.#attempt = attempt;
    this.#limits = limits;
  }

  /** Names all files that will be asked for, in that order. Some may have been asked for already. */
  expect(files: readonly ExpectedFile[]): void {
    const fitting = files.filter(({ size }) => size > 0 && size <= this.#limits.maxBytes);
    this.#wait(fitting.map(waitingFor));
    for (const href of this.#asked) this.#learn(partsOf(new URL(href)));
    this.#pump();
  }

  /**
   * Hands over a file that is asked for, what has come of it and what comes.
   *
   * @returns how it has ended; undefined where the sink has got nothing, and the file is to be downloaded
   */
  async take(url: URL, sink: StreamSink): Promise<Ending | undefined> {
    this.#asked.add(url.href);
    this.#learn(partsOf(url));
    const kept = this.#kept.get(url.href);
    this.#pump();
    if (kept === undefined) return undefined;
    try {
      return await handOver(kept, sink);
    } finally {
      this.#forget(kept);
      this.#pump();
    }
  }

  #wait(files: readonly Waiting[]): void {
    this.#waiting.clear();
    for (const file of files) {
      this.#waiting.set(file.name, file);
      if (this.#hasSignatures && file.kind === 'file') this.#waiting.set(`${file.name}.sig`, signatureOf(file));
    }
  }

  /** What is asked for says where its neighbours are, and whether signatures are wanted. */
  #learn({ folder, name }: Pick<Waiting, 'folder' | 'name'>): void {
    this.#folders.set(folder, folder);
    const expected = this.#waiting.get(name);
    if (expected !== undefined) this.#folders.set(expected.folder, folder);
    this.#waiting.delete(name);
    if (!name.endsWith('.sig') || this.#hasSignatures) return;
    this.#hasSignatures = true;
    const ofKept = [...this.#kept.values()].map(signatureOf);
    this.#wait([...ofKept, ...this.#waiting.values()]);
  }

  /** Begins as many as there is room for. */
  #pump(): void {
    for (const next of this.#waiting.values()) {
      if (this.#running >= this.#limits.parallel || this.#bytes + next.size > this.#limits.maxBytes) return;
      const folder = this.#folders.get(next.folder);
      if (folder === undefined || this.#failures[next.kind] >= maxFailures) continue;
      this.#waiting.delete(next.name);
      const url = new URL(`${folder}${next.name}`);
      if (!this.#asked.has(url.href)) this.#begin(url, { ...next, folder });
    }
  }

  #begin(url: URL, expected: Waiting): void {
    const file = new KeptFile(expected.size);
    const kept: Kept = { ...expected, url, file, done: this.#attempt(url, file) };
    this.#kept.set(url.href, kept);
    this.#bytes += kept.size;
    this.#running++;
    void this.#finish(kept);
  }

  async #finish(kept: Kept): Promise<void> {
    const failure = await kept.done;
    this.#running--;
    this.#failures[kept.kind] = failure === undefined ? 0 : this.#failures[kept.kind] + 1;
    if (failure !== undefined) this.#forget(kept);
    this.#pump();
  }

  #forget(kept: Kept): void {
    if (this.#kept.get(kept.url.href) !== kept) return;
    this.#kept.delete(kept.url.href);
    this.#bytes -= kept.size;
  }
}

async function handOver({ url, file, done }: Kept, sink: StreamSink): Promise<Ending | undefined> {
  const refused = file.handTo(sink).then(
    () => undefined,
    (error: unknown) => failureOf(error, url),
  );
  const [failure, own] = await Promise.all([done, refused]);
  return failure !== undefined && !file.hasStarted ? undefined : { failure: own ?? failure };
}

function waitingFor({ url, size }: ExpectedFile): Waiting {
  return { ...partsOf(url), size, kind: 'file' };
}

function partsOf({ href }: URL): Pick<Waiting, 'folder' | 'name'> {
  const end = href.lastIndexOf('/') + 1;
  return { folder: href.slice(0, end), name: href.slice(end) };
}

function signatureOf({ folder, name }: Waiting): Waiting {
  return { folder, name: `${name}.sig`, size: maxSignature, kind: 'signature' };
}
