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

/** What a verdict takes beside what the worker said. */
export interface Circumstances {
  readonly refusals: Refusals;
  readonly end: WorkerEnd;
  readonly mirrors: Mirrors;
}

/**
 * Draws the conclusion for one file, once the worker is gone and nothing more of it comes.
 *
 * @param refusals - what of it could not be written
 * @param end - how the worker ended
 * @param mirrors - why hosts are not asked any more
 * @returns the outcome; undefined if another worker has to go on with it
 */
export async function verdict(
  job: Job,
  report: FileReport,
  { refusals, end, mirrors }: Circumstances,
): Promise<Outcome | undefined> {
  const last = takeFailures(job, report, { refusal: refusals.file, mirrors });
  if (end.lie !== undefined) return failed(job, new FetcherError('worker-lied', `the worker was ended: ${end.lie}`));
  if (report.lastModified !== undefined) job.lastModified = report.lastModified;
  if (refusals.file !== undefined) return failed(job, refusals.file);
  const still = isSettled(report, job.signature !== undefined) ? undefined : standStill(end);
  if (still !== undefined) return failed(job, still);
  const left = sourcesLeft(job, report, last);
  if (left instanceof FetcherError) return failed(job, left);
  job.left = left;
  // Died in the middle: what came is confirmed like any other beginning.
  const { beginning } = job.part;
  const etag = report.hasStarted ? report.etag : null;
  job.resume = beginning === null ? null : { ...beginning, lastModified: job.lastModified, etag };
  if (report.state === 'done') return await check(job, report, refusals);
  const [source] = sourcesOf(job, job.left);
  if (report.state !== 'unchanged' || source === undefined) return undefined;
  return withSignature(job, { report, refusals }, (signature) => unchanged(job, source, signature));
}

/** Goes on once there is a last word on the signature; without one another worker has to ask for it. */
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

/** @throws FetcherError if it is required and not there, or if the worker lied */
function signatureEnd(
  job: SignatureJob,
  said: SignatureReport,
  { source, host, refusal }: SignatureCircumstances,
): SignatureEnd {
  const { part, local } = job;
  // A full disk is no fault of the server's.
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
  return new FetcherError('worker-lied', `the worker says ${said} bytes, and ${path} holds ${size}`, { path });
}

/** The worker says that the file is whole: its length and its sum have to say so too. */
async function check(job: Job, report: FileReport, refusals: Refusals): Promise<Outcome | undefined> {
  const { part } = job;
  const { size, isMixed } = report;
  const [source] = sourcesOf(job, job.left);
  if (source === undefined || part.size !== size) return failed(job, sizeLie(part, size));
  const wrong = await whatIsWrong(job);
  if (wrong === undefined) return withSignature(job, { report, refusals }, (signature) => done(job, source, signature));
  const host = sourceHost(source);
  const error = isMixed ? otherTogether(wrong) : otherFile(host, wrong);
  job.failures.push(error);
  // Nobody knows whose bytes are wrong: what each source sends alone shows it, and ends with that source.
  if (isMixed) job.isAlone = true;
  // What an earlier one began may be what is wrong: then this source is asked for all of it.
  else if (!job.hasBeginning) job.left = job.left.slice(1);
  // Nothing of it is worth going on with.
  part.content.truncate();
  job.lastModified = null;
  job.resume = null;
  return job.left.length === 0 ? failed(job, error) : undefined;
}

/** Why a file that came is not the one that was asked for; undefined if it is. */
async function whatIsWrong({ request: { sha256, magic }, part }: Job): Promise<string | undefined> {
  if (sha256 !== undefined && (await part.content.sha256()) !== sha256) return 'its SHA-256 is not the one asked for';
  return hasFormat(part.descriptor, magic) ? undefined : otherFormat;
}

function otherFile(host: string | undefined, what: string): FetcherError {
  return new FetcherError('checksum', `${host ?? 'the server'} has another file: ${what}`, { host });
}

function otherTogether(what: string): FetcherError {
  return new FetcherError('checksum', `several servers have sent parts of a file that is another one: ${what}`);
}

function hostOf({ request }: Job, source: number): string | undefined {
  const url = request.sources[source];
  return url === undefined ? undefined : sourceHost(url);
}
