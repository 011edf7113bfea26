import type { Frame, WorkerFile, WorkerSignature } from '../channel/messages.js';
import { believable } from '../values/file-time.js';
import { WorkerLied } from '../channel/frames.js';
import { isFinal } from '../errors/error-codes.js';

/** A source that failed, in the worker's words. */
export type SourceFailure = Extract<Frame, { type: 'source-failed' }>;

/** What a worker has said of the signature of a file. */
export type SignatureReport = Extract<Frame, { type: 'signature' | 'signature-unchanged' | 'signature-failed' }>;

/** What a worker has said of one file. */
export interface FileReport {
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
  /** More than one source may have written to what is there. */
  isMixed: boolean;
  /** The source that has written last; undefined while none has. */
  writer: number | undefined;
  /** How often each source has begun with it. */
  readonly begun: Map<number, number>;
  /** Bytes that are there from the start of the file on, with those that it has announced. */
  received: number;
  /** Whether what is there counts, so that bytes may go behind it. */
  mayAppend: boolean;
  /** Bytes that it says a whole file has. */
  size: number;
  readonly failures: SourceFailure[];
  /** Undefined while there is nothing final. */
  signature: SignatureReport | undefined;
  /** Bytes of the signature that it has announced; undefined while it has not begun. */
  signatureReceived: number | undefined;
  /** How often it has begun with the signature. */
  signatureStarts: number;
}

/** A source that was let go of is asked once more where no other one is left. */
const maxBeginnings = 2;

/** Keeps what a worker says of its files, and refuses what doesn't follow from what it said before. */
export class FileReports {
  readonly reports: readonly FileReport[];
  readonly #files: readonly WorkerFile[];

  constructor(files: readonly WorkerFile[]) {
    this.#files = files;
    this.reports = files.map(({ resume }) => ({
      state: 'open',
      source: 0,
      hasStarted: false,
      total: null,
      lastModified: undefined,
      etag: null,
      isMixed: false,
      writer: undefined,
      begun: new Map(),
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
    return this.reports.every((report, index) => isSettled(report, this.#files[index]?.signature !== null));
  }

  /**
   * Enters a frame.
   *
   * @throws WorkerLied
   */
  enter(frame: Frame): void {
    const report = this.reports[frame.file];
    const file = this.#files[frame.file];
    if (report === undefined || file === undefined) throw new WorkerLied('it speaks of a file that it has not got');
    if (isOfSignature(frame)) {
      enterSignature(report, frame, file);
      return;
    }
    if (report.state !== 'open') throw new WorkerLied('it speaks of a file after its last word on it');
    if ('source' in frame) requireSource(report, frame.source, file);
    if (frame.type === 'started') start(report, frame, file);
    else if (frame.type === 'source-failed') fail(report, frame, file);
    else if (frame.type === 'unchanged') leave(report, frame.source, file);
    else if (!report.hasStarted) throw new WorkerLied('its frames come in the wrong order');
    else if (frame.type === 'data') report.received = bounded(report.received + frame.length, file);
    else finish(report, bounded(frame.size, file), file);
  }
}

function requireSource({ failures }: FileReport, source: number, { sources }: WorkerFile): void {
  if (source >= sources.length) throw new WorkerLied('it takes a source that it has not got');
  if (failures.some((failure) => failure.source === source)) throw new WorkerLied('it takes a failed source again');
}

/** Whether a worker has nothing left to say of a file, which may have a signature. */
export function isSettled({ state, signature }: FileReport, hasSignature: boolean): boolean {
  return state === 'failed' || (state !== 'open' && (!hasSignature || signature !== undefined));
}

/** Frames that are about a signature. */
type SignatureFrame =
  | SignatureReport
  | Extract<Frame, { type: 'signature-started' }>
  | (Extract<Frame, { type: 'data' }> & { readonly of: 'signature' });

function isOfSignature(frame: Frame): frame is SignatureFrame {
  return frame.type === 'data' ? frame.of === 'signature' : frame.type.startsWith('signature');
}

function enterSignature(report: FileReport, frame: SignatureFrame, file: WorkerFile): void {
  const { signature, sources } = file;
  if (signature === null) throw new WorkerLied('it speaks of a signature that nobody asked for');
  if (report.state === 'open' || isSettled(report, true)) {
    throw new WorkerLied('it speaks of a signature out of turn');
  }
  if (frame.type === 'signature-started') startSignature(report, sources.length);
  else if (frame.type === 'data') receiveSignature(report, frame.length, signature.maxBytes);
  else sign(report, frame, { signature, sources: sources.length });
}

function startSignature(report: FileReport, sources: number): void {
  report.signatureStarts += 1;
  if (report.signatureStarts > sources) throw new WorkerLied('it begins with a signature too often');
  report.signatureReceived = 0;
}

function receiveSignature(report: FileReport, length: number, maxBytes: number): void {
  if (report.signatureReceived === undefined) throw new WorkerLied('its frames come in the wrong order');
  report.signatureReceived += length;
  if (report.signatureReceived > maxBytes) throw new WorkerLied('it claims more than a signature may have');
}

function sign(
  report: FileReport,
  frame: SignatureReport,
  { signature, sources }: { readonly signature: WorkerSignature; readonly sources: number },
): void {
  if (frame.type === 'signature' && frame.size !== report.signatureReceived) {
    throw new WorkerLied(`it says ${frame.size} bytes, and has sent ${report.signatureReceived ?? 0}`);
  }
  if (frame.type === 'signature-unchanged' && (report.state !== 'unchanged' || signature.modifiedSince === null)) {
    throw new WorkerLied('it calls a signature unchanged that nobody asked about');
  }
  if (frame.type === 'signature-failed' && frame.source >= sources) {
    throw new WorkerLied('it takes a source out of turn');
  }
  report.signature = believed(frame);
}

function start(
  report: FileReport,
  { source, total, lastModified, etag, isAppended }: Extract<Frame, { type: 'started' }>,
  file: WorkerFile,
): void {
  const begun = (report.begun.get(source) ?? 0) + Number(!isAppended);
  // Begun again and again, a file would have no last byte.
  if (begun > maxBeginnings) throw new WorkerLied('it begins with a source too often');
  if (isAppended && !report.mayAppend) throw new WorkerLied('it goes on behind what counts for nothing');
  const isOther = report.writer !== undefined && report.writer !== source && report.received > 0;
  report.isMixed = isAppended && (report.isMixed || isOther);
  report.begun.set(source, begun);
  report.source = report.writer = source;
  report.hasStarted = true;
  report.mayAppend = !file.isAlone;
  report.total = total === null ? null : bounded(total, file);
  report.received = isAppended ? report.received : 0;
  report.lastModified = believable(lastModified);
  report.etag = etag;
}

function fail(report: FileReport, frame: SourceFailure, { sources }: WorkerFile): void {
  report.failures.push(frame);
  // Another one may be under way.
  if (frame.source === report.source) report.hasStarted = false;
  if (isFinal(frame.kind) || report.failures.length === sources.length) report.state = 'failed';
}

function leave(report: FileReport, source: number, { modifiedSince }: WorkerFile): void {
  if (modifiedSince === null) throw new WorkerLied('it calls a file unchanged that nobody asked about');
  if (report.hasStarted) throw new WorkerLied('it calls a file unchanged that it has begun');
  report.source = source;
  report.state = 'unchanged';
}

function finish(report: FileReport, size: number, file: WorkerFile): void {
  if (size !== report.received) throw new WorkerLied(`it says ${size} bytes, and has sent ${report.received}`);
  if (file.size !== null && size !== file.size) throw new WorkerLied('it calls a file of the wrong size whole');
  if (report.total !== null && size !== report.total) throw new WorkerLied('it contradicts itself on a size');
  report.state = 'done';
  report.size = size;
}

function believed(frame: SignatureReport): SignatureReport {
  return frame.type === 'signature' ? { ...frame, lastModified: believable(frame.lastModified) } : frame;
}

function bounded(bytes: number, { maxBytes }: WorkerFile): number {
  if (bytes > maxBytes) throw new WorkerLied('it claims more than the file may have');
  return bytes;
}
