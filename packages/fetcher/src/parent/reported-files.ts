import type { Frame, WorkerFile, WorkerSignature } from '../channel/messages.js';
import { believable } from '../values/file-time.js';
import { WorkerLied } from '../channel/frames.js';
import { isFinal } from '../errors/error-codes.js';

/** A source that failed, in the worker's words. */
export type SourceFailure = Extract<Frame, { type: 'source-failed' }>;

/** What a worker has said of the signature of a file. */
export type SignatureAccount = Extract<Frame, { type: 'signature' | 'signature-unchanged' | 'signature-failed' }>;

/** What a worker has said of one file. */
export interface Account {
  /**
   * `open`: nothing final. `done`: it says that it is whole. `unchanged`: there is nothing newer. `failed`: no source is
   * left, or it is the file's own failure.
   */
  state: 'open' | 'done' | 'unchanged' | 'failed';
  /** The source under way, or the one that it came from. */
  source: number;
  hasStarted: boolean;
  total: number | null;
  /** The server's time of what was written; undefined while nothing was. */
  lastModified: number | null | undefined;
  /** The ETag of what the source under way has written. */
  etag: string | null;
  /** More than one source may have written to it. */
  isMixed: boolean;
  /** Bytes that are there from the start of the file on, with those that it has announced. */
  received: number;
  /** Whether what is there counts, so that bytes may go behind it. */
  mayAppend: boolean;
  /** Bytes that it says a whole file has. */
  size: number;
  readonly failures: SourceFailure[];
  /** Undefined while there is nothing final. */
  signature: SignatureAccount | undefined;
  /** Bytes of the signature that it has announced; undefined while it has not begun. */
  signatureReceived: number | undefined;
  /** How often it has begun with the signature. */
  signatureStarts: number;
}

/** Keeps what a worker says of its files, and refuses what doesn't follow from what it said before. */
export class Ledger {
  readonly accounts: readonly Account[];
  readonly #files: readonly WorkerFile[];

  constructor(files: readonly WorkerFile[]) {
    this.#files = files;
    this.accounts = files.map(({ resume }) => ({
      state: 'open',
      source: 0,
      hasStarted: false,
      total: null,
      lastModified: undefined,
      etag: null,
      isMixed: false,
      received: resume?.length ?? 0,
      mayAppend: resume !== null,
      size: 0,
      failures: [],
      signature: undefined,
      signatureReceived: undefined,
      signatureStarts: 0,
    }));
  }

  /** Whether the worker has nothing left to say. */
  get isComplete(): boolean {
    return this.accounts.every((account, index) => isSettled(account, this.#files[index]?.signature !== null));
  }

  /**
   * Enters a frame.
   *
   * @throws WorkerLied
   */
  enter(frame: Frame): void {
    const account = this.accounts[frame.file];
    const file = this.#files[frame.file];
    if (account === undefined || file === undefined) throw new WorkerLied('it speaks of a file that it has not got');
    if (isOfSignature(frame)) {
      enterSignature(account, frame, file);
      return;
    }
    if (account.state !== 'open') throw new WorkerLied('it speaks of a file after its last word on it');
    if ('source' in frame) this.#turnTo(account, frame.source, file.sources.length);
    if (frame.type === 'started') start(account, frame, file);
    else if (frame.type === 'source-failed') fail(account, frame, file);
    else if (frame.type === 'unchanged') leave(account, file);
    else if (!account.hasStarted) throw new WorkerLied('its frames come in the wrong order');
    else if (frame.type === 'data') account.received = bounded(account.received + frame.length, file);
    else finish(account, bounded(frame.size, file), file);
  }

  #turnTo(account: Account, source: number, sources: number): void {
    const isNext = source === account.source + 1 && account.failures.at(-1)?.source === account.source;
    if (source >= sources || (source !== account.source && !isNext)) {
      throw new WorkerLied('it takes a source out of turn');
    }
    if (!isNext && account.failures.at(-1)?.source === source) throw new WorkerLied('it takes a failed source again');
    account.source = source;
  }
}

/** Whether a worker has nothing left to say of a file, which may have a signature. */
export function isSettled({ state, signature }: Account, hasSignature: boolean): boolean {
  return state === 'failed' || (state !== 'open' && (!hasSignature || signature !== undefined));
}

/** Frames that are about a signature. */
type SignatureFrame =
  | SignatureAccount
  | Extract<Frame, { type: 'signature-started' }>
  | (Extract<Frame, { type: 'data' }> & { readonly of: 'signature' });

function isOfSignature(frame: Frame): frame is SignatureFrame {
  return frame.type === 'data' ? frame.of === 'signature' : frame.type.startsWith('signature');
}

function enterSignature(account: Account, frame: SignatureFrame, file: WorkerFile): void {
  const { signature, sources } = file;
  if (signature === null) throw new WorkerLied('it speaks of a signature that nobody asked for');
  if (account.state === 'open' || isSettled(account, true)) {
    throw new WorkerLied('it speaks of a signature out of turn');
  }
  if (frame.type === 'signature-started') startSignature(account, sources.length);
  else if (frame.type === 'data') receiveSignature(account, frame.length, signature.maxBytes);
  else sign(account, frame, { signature, sources: sources.length });
}

function startSignature(account: Account, sources: number): void {
  account.signatureStarts += 1;
  if (account.signatureStarts > sources) throw new WorkerLied('it begins with a signature too often');
  account.signatureReceived = 0;
}

function receiveSignature(account: Account, length: number, maxBytes: number): void {
  if (account.signatureReceived === undefined) throw new WorkerLied('its frames come in the wrong order');
  account.signatureReceived += length;
  if (account.signatureReceived > maxBytes) throw new WorkerLied('it claims more than a signature may have');
}

function sign(
  account: Account,
  frame: SignatureAccount,
  { signature, sources }: { readonly signature: WorkerSignature; readonly sources: number },
): void {
  if (frame.type === 'signature' && frame.size !== account.signatureReceived) {
    throw new WorkerLied(`it says ${frame.size} bytes, and has sent ${account.signatureReceived ?? 0}`);
  }
  if (frame.type === 'signature-unchanged' && (account.state !== 'unchanged' || signature.modifiedSince === null)) {
    throw new WorkerLied('it calls a signature unchanged that nobody asked about');
  }
  if (frame.type === 'signature-failed' && frame.source >= sources) {
    throw new WorkerLied('it takes a source out of turn');
  }
  account.signature = believed(frame);
}

function start(
  account: Account,
  { total, lastModified, etag, isAppended }: Extract<Frame, { type: 'started' }>,
  file: WorkerFile,
): void {
  // Begun again and again, a file would have no last byte.
  if (account.hasStarted) throw new WorkerLied('it begins with a source twice');
  if (isAppended && !account.mayAppend) throw new WorkerLied('it goes on behind what counts for nothing');
  account.hasStarted = true;
  account.mayAppend = true;
  account.total = total === null ? null : bounded(total, file);
  account.received = isAppended ? account.received : 0;
  account.lastModified = believable(lastModified);
  account.etag = etag;
}

function fail(account: Account, frame: SourceFailure, { sources }: WorkerFile): void {
  account.failures.push(frame);
  account.isMixed ||= account.hasStarted;
  account.hasStarted = false;
  if (isFinal(frame.kind) || frame.source === sources.length - 1) account.state = 'failed';
}

function leave(account: Account, { modifiedSince }: WorkerFile): void {
  if (modifiedSince === null) throw new WorkerLied('it calls a file unchanged that nobody asked about');
  if (account.hasStarted) throw new WorkerLied('it calls a file unchanged that it has begun');
  account.state = 'unchanged';
}

function finish(account: Account, size: number, file: WorkerFile): void {
  if (size !== account.received) throw new WorkerLied(`it says ${size} bytes, and has sent ${account.received}`);
  if (file.size !== null && size !== file.size) throw new WorkerLied('it calls a file of the wrong size whole');
  if (account.total !== null && size !== account.total) throw new WorkerLied('it contradicts itself on a size');
  account.state = 'done';
  account.size = size;
}

function believed(frame: SignatureAccount): SignatureAccount {
  return frame.type === 'signature' ? { ...frame, lastModified: believable(frame.lastModified) } : frame;
}

function bounded(bytes: number, { maxBytes }: WorkerFile): number {
  if (bytes > maxBytes) throw new WorkerLied('it claims more than the file may have');
  return bytes;
}
