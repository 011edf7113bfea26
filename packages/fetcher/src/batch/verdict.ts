import { FetcherError } from '../errors/fetcher-error.js';
import { type Job, sourcesOf } from './job.js';
import { type FileReport, isSettled, type SignatureReport } from '../parent/file-reports.js';
import type { Mirrors } from './mirrors.js';
import type { Outcome } from '../request/options.js';
import { done, failed, isMissing, type SignatureEnd, unchanged } from './outcome.js';
import type { Destination } from '../disk/destination.js';
import type { SignatureJob } from './signature.js';
import type { Refusals } from '../parent/receiver.js';
import { sourcesLeft, takeFailures } from './source-failures.js';
import { sourceError } from '../parent/source-error.js';
import { sourceHost } from '../values/source-host.js';
import { hasFormat, otherFormat } from '../values/magic.js';
import { standStill, type WorkerEnd } from '../parent/worker-end.js';

/** What a verdict needs in addition to the worker's report. */
export interface Circumstances {
  readonly refusals: Refusals;
  readonly end: WorkerEnd;
  readonly mirrors: Mirrors;
}

/**
 * Decides the outcome of one file after its worker has ended.
 *
 * @param refusals - what could not be written
 * @param end - how the worker ended
 * @param mirrors - why hosts are not asked any more
 * @returns the outcome; undefined if another worker must continue
 */
export async function verdict(
  job: Job,
  report: FileReport,
  { refusals, end, mirrors }: Circumstances,
): Promise<Outcome | undefined> {
  const last = takeFailures(job, report, { refusal: refusals.file, mirrors });
  if (end.lie !== undefined) return failed(job, new FetcherError('worker-lied', `the worker was killed: ${end.lie}`));
  if (report.lastModified !== undefined) job.lastModified = report.lastModified;
  if (refusals.file !== undefined) return failed(job, refusals.file);
  const still = isSettled(report, job.signature !== undefined) ? undefined : standStill(end);
  if (still !== undefined) return failed(job, still);
  const left = sourcesLeft(job, report, last);
  if (left instanceof FetcherError) return failed(job, left);
  job.left = left;
  if (report.state === 'done') return await check(job, report, { refusals, mirrors });
  keepBeginning(job, report);
  const [source] = sourcesOf(job, job.left);
  if (report.state !== 'unchanged' || source === undefined) return undefined;
  return withSignature(job, { report, refusals }, (signature) => unchanged(job, source, signature));
}

/** It died in the middle: a server must confirm the received bytes, as after any other attempt. */
function keepBeginning(job: Job, report: FileReport): void {
  const { beginning } = job.part;
  const etag = report.hasStarted ? report.etag : null;
  job.resume = beginning === null ? null : { ...beginning, lastModified: job.lastModified, etag };
}

/** Continues if the report about the signature is final. Otherwise another worker must ask for the signature. */
function withSignature(
  job: Job,
  { report, refusals }: { readonly report: FileReport; readonly refusals: Refusals },
  end: (signature: SignatureEnd | undefined) => Outcome,
): Outcome | undefined {
  if (job.signature === undefined) return end(undefined);
  if (report.signature === undefined) return undefined;
  const source = job.given['source' in report.signature ? report.signature.source : report.source];
  if (source === undefined) return undefined;
  return end(
    signatureEnd(job.signature, report.signature, { source, host: hostOf(job, source), refusal: refusals.signature }),
  );
}

interface SignatureCircumstances {
  readonly source: number;
  readonly host: string | undefined;
  /** Why it could not be written. */
  readonly refusal: FetcherError | undefined;
}

/** @throws FetcherError if it is required and missing, or if the worker lied */
function signatureEnd(
  job: SignatureJob,
  said: SignatureReport,
  { source, host, refusal }: SignatureCircumstances,
): SignatureEnd {
  const { part, local } = job;
  // A full disk is not the server's fault.
  if (refusal !== undefined) return unsigned(job, refusal, undefined);
  if (said.type === 'signature-unchanged') return { outcome: { status: 'unchanged' }, lastModified: null };
  if (said.type === 'signature-failed') return unsigned(job, local.failure(source) ?? sourceError(said, host), host);
  if (part.size !== said.size) throw sizeLie(part, said.size);
  if (!hasFormat(part.descriptor, job.request.magic)) return unsigned(job, otherFile(host, otherFormat), host);
  return { outcome: { status: 'done' }, lastModified: said.lastModified };
}

/** @throws FetcherError if it is required */
function unsigned({ request }: SignatureJob, why: FetcherError, host: string | undefined): SignatureEnd {
  const { code, path, status, cause } = why;
  const isOwn = code === 'file' || code === 'disk-full';
  const text = isOwn ? `the signature could not be written: ${why.message}` : `signature: ${why.message}`;
  const error = new FetcherError(code, text, { host, path, status, cause, hint: why.hint });
  if (!request.optional) throw error;
  return { outcome: isMissing(error) ? { status: 'absent' } : { status: 'failed', error }, lastModified: null };
}

function sizeLie({ path, size }: Destination, said: number): FetcherError {
  return new FetcherError('worker-lied', `the worker reported ${said} bytes, but ${path} has ${size}`, { path });
}

/** Checks a file that the worker calls complete: its length and its checksum must be right. */
async function check(
  job: Job,
  report: FileReport,
  { refusals, mirrors }: Pick<Circumstances, 'refusals' | 'mirrors'>,
): Promise<Outcome | undefined> {
  const { part } = job;
  const { size, isMixed } = report;
  const [source] = sourcesOf(job, job.left);
  if (source === undefined || part.size !== size) return failed(job, sizeLie(part, size));
  const wrong = await whatIsWrong(job);
  if (wrong === undefined) {
    const outcome = withSignature(job, { report, refusals }, (signature) => done(job, source, signature));
    if (outcome === undefined) keepBeginning(job, report);
    return outcome;
  }
  const host = sourceHost(source);
  const error = isMixed ? otherTogether(wrong) : otherFile(host, wrong);
  job.failures.push(error);
  // Several sources sent the bytes, and the wrong one is unknown. So each source is asked for the whole file, which
  // shows it.
  if (isMixed) job.isAlone = true;
  // The bytes of an earlier source may be wrong: then this source is asked for the whole file.
  else if (!job.hasBeginning) {
    job.left = job.left.slice(1);
    mirrors.lied(source);
  }
  // None of the bytes may be kept.
  part.content.truncate();
  job.lastModified = null;
  job.resume = null;
  return job.left.length === 0 ? failed(job, error) : undefined;
}

/** Returns why a received file is not the requested one; undefined if it is. */
async function whatIsWrong({ request: { sha256, magic }, part }: Job): Promise<string | undefined> {
  if (sha256 !== undefined && (await part.content.sha256()) !== sha256) return 'its SHA-256 is not the expected one';
  return hasFormat(part.descriptor, magic) ? undefined : otherFormat;
}

function otherFile(host: string | undefined, what: string): FetcherError {
  return new FetcherError('checksum', `${host ?? 'the server'} has a different file: ${what}`, { host });
}

function otherTogether(what: string): FetcherError {
  return new FetcherError('checksum', `several servers sent parts of a different file: ${what}`);
}

function hostOf({ request }: Job, source: number): string | undefined {
  const url = request.sources[source];
  return url === undefined ? undefined : sourceHost(url);
}
