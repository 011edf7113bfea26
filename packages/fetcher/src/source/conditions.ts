/** The conditions of a request, and where the body of the answer belongs in the file. */
import { believable, maxFileTime } from '../values/file-time.js';
import { type Beginning, strongEtag } from '../values/confirmation.js';
import { parseContentLength, parseContentRange, parseUnsatisfiedRange } from '../http/content-range.js';
import type { Response } from '../http/request.js';

/** A request to one server. */
export interface Question {
  /** The existing content; undefined if it must not be kept. */
  readonly beginning: Beginning | undefined;
  /** Whether only the rest after the beginning is requested. */
  readonly isRange: boolean;
  /** The file is sent only if it has changed since then; milliseconds since 1970. */
  readonly modifiedSince: number | null;
}

/** Where the body of an answer belongs. */
export interface Placement {
  /** Whether the existing content stays, and the body is appended. */
  readonly isAppended: boolean;
  /** Bytes of the body that already exist. */
  readonly skip: number;
  /** Size of the whole file in bytes, if the server sent it. */
  readonly total: number | undefined;
  /** Whether the file is already complete, and the body does not belong to it. */
  readonly isComplete: boolean;
}

/**
 * Returns the header fields of a request. `If-Range` requires exactly the server's validator of the file (RFC 9110,
 * 13.1.5). `If-Unmodified-Since` accepts any later time (13.1.4), and that is all that a killed process leaves.
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
 * @returns `unchanged`: the file has not changed. `again`: the rest is not available in this way, and the existing
 *   content may belong to another file. Undefined: it does not answer this request
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

/** Servers that do not support the condition send what they have; its time shows whether it is newer, as for curl. */
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

/**
 * A server without ranges sends the whole file. If it is exactly the same file, the existing content can stay until the
 * rest arrives.
 */
function placeWhole(response: Response, beginning: Beginning | undefined): Placement {
  const total = parseContentLength(response.header('content-length'));
  const skip = beginning?.length ?? 0;
  const isSame = beginning !== undefined && confirms(response, beginning) && total !== undefined && total >= skip;
  return isSame
    ? { isAppended: true, skip, total, isComplete: false }
    : { isAppended: false, skip: 0, total, isComplete: false };
}

/** Not every server supports the conditions, so its description of the file must match in addition. */
function contradicts(response: Response, { etag, lastModified, lastByte }: Beginning): boolean {
  const tag = strongEtagOf(response);
  if (etag !== null && tag !== undefined) return tag !== etag;
  const time = statedTimeOf(response);
  if (time === undefined) return false;
  return lastModified === null ? time > lastByte : time !== lastModified;
}

/** Whether its description of the file matches that of the beginning. */
function confirms(response: Response, beginning: Beginning): boolean {
  const isNamed = beginning.etag !== null && strongEtagOf(response) !== undefined;
  return (isNamed || statedTimeOf(response) !== undefined) && !contradicts(response, beginning);
}

/**
 * Returns the time of last change for a file, in milliseconds since 1970; undefined if no credible time is known, for
 * instance one in the future.
 */
export function lastModifiedOf(response: Response): number | undefined {
  const time = statedTimeOf(response);
  return time === undefined ? undefined : (believable(time) ?? undefined);
}

/** Returns the time that a server sends, credible or not: a different time means a different file. */
function statedTimeOf(response: Response): number | undefined {
  const time = Date.parse(response.header('last-modified') ?? '');
  return time >= 0 && time <= maxFileTime ? time : undefined;
}

/** Returns the ETag of an answer; undefined for a weak one, which does not identify the bytes (RFC 9110, 8.8.1). */
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
