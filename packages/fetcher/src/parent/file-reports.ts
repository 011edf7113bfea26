import type { Frame, WorkerFile, WorkerSignature } from '../channel/messages.js';
import { believable } from '../values/file-time.js';
import { WorkerLied } from '../channel/frames.js';
import { isFinal } from '../errors/error-codes.js';

/** A source that failed, as the worker reports it. */
export type SourceFailure = Extract<Frame, { type: 'source-failed' }>;

/** What a worker has reported about the signature of a file. */
export type SignatureReport = Extract<Frame, { type: 'signature' | 'signature-unchanged' | 'signature-failed' }>;

/** What a worker has reported about one file. */
export interface FileReport {
  /**
   * `open`: no final report. `done`: the worker calls it complete. `unchanged`: no source has a newer one. `failed`: no
   * source is left, or the file itself failed.
   */
  state: 'open' | 'done' | 'unchanged' | 'failed';
  /** The current source, or the one that sent the file. */
  source: number;
  hasStarted: boolean;
  total: number | null;
  /** The server's time of the written content; undefined while nothing is written. */
  lastModified: number | null | undefined;
  /** The ETag of the content that the current source has written. */
  etag: string | null;
  /** Whether more than one source may have written the content. */
  isMixed: boolean;
  /** The source that has written last; undefined before the first byte. */
  writer: number | undefined;
  /** How often each source has started it. */
  readonly begun: Map<number, number>;
  /** Bytes of the content, including the announced ones. */
  received: number;
  /** Whether the content is kept, so that bytes may be appended. */
  mayAppend: boolean;
  /** Bytes of the whole file, according to the worker. */
  size: number;
  readonly failures: SourceFailure[];
  /** How often the worker has asked whether the content is the requested one. */
  questions: number;
  /** The source whose complete file the parent has found to be wrong, until another one starts. */
  refuted: number | undefined;
  /** Undefined before the final report. */
  signature: SignatureReport | undefined;
  /** Announced bytes of the signature; undefined before it has started. */
  signatureReceived: number | undefined;
  /** How often it has started the signature. */
  signatureStarts: number;
}

/** An abandoned source is asked once more if no other one is left. */
const maxBeginnings = 2;

/** Keeps the reports of a worker about its files, and refuses reports that contradict earlier ones. */
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
      questions: 0,
      refuted: undefined,
      signature: undefined,
      signatureReceived: undefined,
      signatureStarts: 0,
    }));
  }

  /** Whether all reports of the worker are final. */
  get isComplete(): boolean {
    return this.reports.every((report, index) => isSettled(report, this.#files[index]?.signature !== null));
  }

  /**
   * Records a frame.
   *
   * @throws WorkerLied
   */
  enter(frame: Frame): void {
    const report = this.reports[frame.file];
    const file = this.#files[frame.file];
    if (report === undefined || file === undefined) throw new WorkerLied('it reported on a file that it was not given');
    if (isOfSignature(frame)) {
      enterSignature(report, frame, file);
      return;
    }
    if (report.state !== 'open') throw new WorkerLied('it reported on a file after its final report');
    if ('source' in frame) requireSource(report, frame.source, file);
    if (frame.type === 'started') start(report, frame, file);
    else if (frame.type === 'source-failed') fail(report, frame, file);
    else if (frame.type === 'unchanged') leave(report, frame.source, file);
    else if (!report.hasStarted) throw new WorkerLied('its frames are in the wrong order');
    else if (frame.type === 'data') report.received = bounded(report.received + frame.length, file);
    else if (frame.type === 'complete') question(report, file);
    else finish(report, bounded(frame.size, file), file);
  }

  /** Records that a file is not the requested one. The worker may ask another source for it. */
  refute(file: number): void {
    const report = this.reports[file];
    if (report !== undefined && !report.isMixed) report.refuted = report.source;
  }
}

function requireSource({ failures }: FileReport, source: number, { sources }: WorkerFile): void {
  if (source >= sources.length) throw new WorkerLied('it used a source that it was not given');
  if (failures.some((failure) => failure.source === source)) throw new WorkerLied('it used a failed source again');
}

/** Whether the reports of a worker about a file, and about its signature if it has one, are final. */
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
  if (signature === null) throw new WorkerLied('it reported on a signature that was not requested');
  if (report.state === 'open' || isSettled(report, true)) {
    throw new WorkerLied('it reported on a signature at the wrong time');
  }
  if (frame.type === 'signature-started') startSignature(report, sources.length);
  else if (frame.type === 'data') receiveSignature(report, frame.length, signature.maxBytes);
  else sign(report, frame, { signature, sources: sources.length });
}

function startSignature(report: FileReport, sources: number): void {
  report.signatureStarts += 1;
  if (report.signatureStarts > sources) throw new WorkerLied('it started a signature too often');
  report.signatureReceived = 0;
}

function receiveSignature(report: FileReport, length: number, maxBytes: number): void {
  if (report.signatureReceived === undefined) throw new WorkerLied('its frames are in the wrong order');
  report.signatureReceived += length;
  if (report.signatureReceived > maxBytes) throw new WorkerLied('it announced more bytes than a signature may have');
}

function sign(
  report: FileReport,
  frame: SignatureReport,
  { signature, sources }: { readonly signature: WorkerSignature; readonly sources: number },
): void {
  if (frame.type === 'signature' && frame.size !== report.signatureReceived) {
    throw new WorkerLied(`it reported ${frame.size} bytes, but sent ${report.signatureReceived ?? 0}`);
  }
  if (frame.type === 'signature-unchanged' && (report.state !== 'unchanged' || signature.modifiedSince === null)) {
    throw new WorkerLied('it reported a signature as unchanged without being asked');
  }
  if (frame.type === 'signature-failed' && frame.source >= sources) {
    throw new WorkerLied('it used a source at the wrong time');
  }
  report.signature = believed(frame);
}

function start(
  report: FileReport,
  { source, total, lastModified, etag, isAppended }: Extract<Frame, { type: 'started' }>,
  file: WorkerFile,
): void {
  const begun = (report.begun.get(source) ?? 0) + Number(!isAppended);
  // A file that is started repeatedly would never have a last byte.
  if (begun > maxBeginnings) throw new WorkerLied('it started a source too often');
  if (isAppended && !report.mayAppend) throw new WorkerLied('it appended to content that was to be discarded');
  const isOther = report.writer !== undefined && report.writer !== source && report.received > 0;
  report.isMixed = isAppended && (report.isMixed || isOther);
  report.begun.set(source, begun);
  report.source = report.writer = source;
  report.hasStarted = true;
  report.refuted = undefined;
  report.mayAppend = !file.isAlone;
  report.total = total === null ? null : bounded(total, file);
  report.received = isAppended ? report.received : 0;
  report.lastModified = believable(lastModified);
  report.etag = etag;
}

/** Each answer waits in memory until the worker reads it, and a source whose file is wrong is not asked again. */
function question(report: FileReport, { sources }: WorkerFile): void {
  report.questions += 1;
  if (report.questions > sources.length) throw new WorkerLied('it asked too often about a file');
}

function fail(report: FileReport, frame: SourceFailure, { sources }: WorkerFile): void {
  if (frame.kind === 'checksum') discardWrong(report, frame.source);
  report.failures.push(frame);
  // Another one may be current.
  if (frame.source === report.source) report.hasStarted = false;
  if (isFinal(frame.kind) || report.failures.length === sources.length) report.state = 'failed';
}

/** The content of a wrong file is discarded, so that nothing is appended to it. */
function discardWrong(report: FileReport, source: number): void {
  if (report.refuted !== source) throw new WorkerLied('it called a file wrong that the parent has not called so');
  report.received = 0;
  report.mayAppend = false;
  report.writer = undefined;
  report.lastModified = report.etag = null;
}

function leave(report: FileReport, source: number, { modifiedSince }: WorkerFile): void {
  if (modifiedSince === null) throw new WorkerLied('it reported a file as unchanged without being asked');
  if (report.hasStarted) throw new WorkerLied('it reported a file as unchanged after starting it');
  report.source = source;
  report.state = 'unchanged';
}

function finish(report: FileReport, size: number, file: WorkerFile): void {
  if (size !== report.received) throw new WorkerLied(`it reported ${size} bytes, but sent ${report.received}`);
  if (file.size !== null && size !== file.size) throw new WorkerLied('it reported a complete file of the wrong size');
  if (report.total !== null && size !== report.total) throw new WorkerLied('it reported two different sizes');
  report.state = 'done';
  report.size = size;
}

function believed(frame: SignatureReport): SignatureReport {
  return frame.type === 'signature' ? { ...frame, lastModified: believable(frame.lastModified) } : frame;
}

function bounded(bytes: number, { maxBytes }: WorkerFile): number {
  if (bytes > maxBytes) throw new WorkerLied('it announced more bytes than the file may have');
  return bytes;
}
