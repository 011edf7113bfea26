/** The part of a file that a 206 answer holds. */
export interface ContentRange {
  /** Offset of the first byte. */
  readonly start: number;
  /** Length of the whole file in bytes. */
  readonly total: number;
}

/**
 * Parses the Content-Range of a 206 answer (RFC 9110, 14.4).
 *
 * @param header - the field's value
 * @returns undefined if it is missing, malformed, contradictory, of another unit or of unknown length
 */
export function parseContentRange(header: string | undefined): ContentRange | undefined {
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/i.exec(header ?? '');
  if (match === null) return undefined;
  const [, first, last, length] = match;
  const start = Number(first);
  const end = Number(last);
  const total = Number(length);
  // A range that stops before the end would leave a hole: each request is for all the rest.
  if (start > end || end !== total - 1) return undefined;
  return { start, total };
}

/**
 * Parses the Content-Range of a 416 answer: the length of the whole file, in bytes.
 *
 * @param header - the field's value, `bytes * /LENGTH` without the blank
 */
export function parseUnsatisfiedRange(header: string | undefined): number | undefined {
  const match = /^bytes \*\/(\d{1,15})$/i.exec(header ?? '');
  return match === null ? undefined : Number(match[1]);
}

/**
 * Parses a Content-Length. Blanks around a value do not belong to it (RFC 9110, 5.5).
 *
 * @param header - the field's value
 * @returns bytes; undefined if it is missing or not a decimal number
 */
export function parseContentLength(header: string | undefined): number | undefined {
  const [, digits] = /^[ \t]*(\d{1,15})[ \t]*$/.exec(header ?? '') ?? [];
  return digits === undefined ? undefined : Number(digits);
}
