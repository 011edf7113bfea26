/** What a server is asked for under which conditions, and where the body of its answer belongs in the file. */
import { believable, maxFileTime } from '../values/file-time.js';
import { type Beginning, strongEtag } from '../values/confirmation.js';
import { parseContentLength, parseContentRange, parseUnsatisfiedRange } from '../http/content-range.js';
import type { Response } from '../http/request.js';

/** What is asked of one server. */
export interface Question {
  /** What is there; undefined if it counts for nothing. */
  readonly beginning: Beginning | undefined;
  /** Whether only the rest behind the beginning is asked for. */
  readonly isRange: boolean;
  /** Nothing is to come if the file hasn't changed since; milliseconds since 1970. */
  readonly modifiedSince: number | null;
}

/** Where the body of an answer belongs. */
export interface Placement {
  /** Whether what is there stays, and the body goes behind it. */
  readonly isAppended: boolean;
  /** Bytes of the body that are there already. */
  readonly skip: number;
  /** Size of the whole file in bytes, if the server said it. */
  readonly total: number | undefined;
  /** The file is there already, and the body is not it. */
  readonly isComplete: boolean;
}

/**
 * The header fields of a question. `If-Range` wants exactly what the server said of the file (RFC 9110, 13.1.5);
 * `If-Unmodified-Since` does with any later time (13.1.4), which is what remains of a process that was killed.
 */
export function conditionsOf({ beginning, isRange, modifiedSince }: Question): Readonly<Record<string, string>> {
  const unchanged = modifiedSince === null ? {} : { 'if-modified-since': httpDate(modifiedSince) };
  if (beginning === undefined || !isRange) return unchanged;
  const { length, etag, lastModified, lastByte } = beginning;
  const range = { ...unchanged, range: `bytes=${length}-` };
  if (etag !== null) return { ...range, 'if-range': etag };
  if (lastModified !== null) return { ...range, 'if-range': httpDate(lastModified) };
  return { ...range, 'if-unmodified-since': httpDate(lastByte) };
}

/**
 * Judges an answer.
 *
 * @returns `unchanged`: there is nothing new. `again`: the rest is not to be had like this, and what is there may be of
 *   another file. Undefined: it is no answer to this question
 */
export function placementOf(response: Response, question: Question): Placement | 'unchanged' | 'again' | undefined {
  const { status } = response;
  const { beginning, isRange } = question;
  const isRest = beginning !== undefined && isRange && [206, 412, 416].includes(status);
  if (status !== 200 && status !== 304 && !isRest) return undefined;
  if (isUnchanged(response, question)) return 'unchanged';
  if (status === 304) return undefined;
  return isRest ? placeRest(response, beginning) : placeWhole(response, beginning);
}

/** Servers that don't know the condition send what they have; its time says whether it is newer, as for curl. */
function isUnchanged(response: Response, { modifiedSince }: Question): boolean {
  if (modifiedSince === null) return false;
  const time = statedTimeOf(response);
  return response.status === 304 || (time !== undefined && wholeSecond(time) <= wholeSecond(modifiedSince));
}

function placeRest(response: Response, beginning: Beginning): Placement | 'again' {
  const { length } = beginning;
  if (response.status === 412 || contradicts(response, beginning)) return 'again';
  const header = response.header('content-range');
  const range = response.status === 206 ? parseContentRange(header) : undefined;
  if (range?.start === length) return { isAppended: true, skip: 0, total: range.total, isComplete: false };
  const whole = response.status === 416 ? parseUnsatisfiedRange(header) : undefined;
  return whole === length ? { isAppended: true, skip: 0, total: whole, isComplete: true } : 'again';
}

/** A server without ranges sends all of it: of the very same file, what is there needn't be lost until the rest comes. */
function placeWhole(response: Response, beginning: Beginning | undefined): Placement {
  const total = parseContentLength(response.header('content-length'));
  const skip = beginning?.length ?? 0;
  const isSame = beginning !== undefined && confirms(response, beginning) && total !== undefined && total >= skip;
  return isSame
    ? { isAppended: true, skip, total, isComplete: false }
    : { isAppended: false, skip: 0, total, isComplete: false };
}

/** Not every server knows the conditions; what it says of its file has to agree as well. */
function contradicts(response: Response, { etag, lastModified, lastByte }: Beginning): boolean {
  const tag = strongEtagOf(response);
  if (etag !== null && tag !== undefined) return tag !== etag;
  const time = statedTimeOf(response);
  if (time === undefined) return false;
  return lastModified === null ? time > lastByte : time !== lastModified;
}

/** Whether what it says of its file is what was said of the beginning. */
function confirms(response: Response, beginning: Beginning): boolean {
  const isNamed = beginning.etag !== null && strongEtagOf(response) !== undefined;
  return (isNamed || statedTimeOf(response) !== undefined) && !contradicts(response, beginning);
}

/**
 * The time of last change that a file gets, in milliseconds since 1970; undefined if there is none to go by, as for one
 * that is yet to come.
 */
export function lastModifiedOf(response: Response): number | undefined {
  const time = statedTimeOf(response);
  return time === undefined ? undefined : (believable(time) ?? undefined);
}

/** The time that a server states, whether it can be meant or not: another one than ours says that its file is another. */
function statedTimeOf(response: Response): number | undefined {
  const time = Date.parse(response.header('last-modified') ?? '');
  return time >= 0 && time <= maxFileTime ? time : undefined;
}

/** The ETag of an answer; undefined for a weak one, which says nothing of single bytes (RFC 9110, 8.8.1). */
export function strongEtagOf(response: Response): string | undefined {
  const etag = response.header('etag');
  return etag !== undefined && strongEtag.test(etag) ? etag : undefined;
}

function httpDate(time: number): string {
  return new Date(time).toUTCString();
}

function wholeSecond(time: number): number {
  return Math.floor(time / 1000);
}
