/** Tables of values that several options of this package have. */
import { checked, either, integer, kind, list, Place, readBy, type Reader, text, word } from '@sb/core/document';

import { FetcherError } from '../errors/fetcher-error.js';
import { type Limits, maxTimer } from './limits.js';
import type { Ports } from './port.js';
import { sourceProblem } from './source-url.js';

/**
 * The place where options start.
 *
 * @param name - their name in errors: `options`, `requests`
 */
export function documentPlace(name: string): Place {
  return new Place(name, ({ path, what, hint }) => {
    throw new FetcherError('invalid-request', `${path} ${what}`, { path, hint });
  });
}

/** A text that should be a URL, or a URL. Errors never show it, because it may contain a password. */
export const location: Reader<string | URL> = kind({
  expected: 'a URL',
  schema: { type: 'string' },
  is: (value) => typeof value === 'string' || value instanceof URL,
});

/** A URL of a source. Errors say what is wrong with it without showing it. */
export const sourceReader = checked(location, (source, place) => {
  const problem = sourceProblem(source);
  const hint = 'Give an http, https or file URL.';
  return problem === undefined ? source : place.refuse(`is not a source: ${problem}`, hint);
});

/**
 * Returns a reader for a place where a text is a mistake. Errors never show the text, because it may contain a
 * password.
 *
 * @param reader - for all other values
 * @param words - texts that it accepts
 */
export function unshown<T>(reader: Reader<T>, words: readonly string[] = []): Reader<T> {
  return readBy(reader, (value, place) => {
    if (typeof value !== 'string' || words.includes(value)) return reader.read(value, place);
    return place.refuse(`is not ${reader.expected}: a text`, 'Correct the value.');
  });
}

/** What a header field may contain (RFC 9110, 5.5). */
export const userAgentReader = text({
  max: 256,
  pattern: /^[\x20-\x7E]{1,256}$/,
  what: 'printable ASCII of at most 256 characters',
});

const maxPorts = 65_535;

/** TCP ports to connect to. */
export const portsReader = either<Ports>(
  word(['any']),
  list(integer({ min: 1, max: maxPorts, what: 'a port' }), { max: maxPorts, what: 'a list of ports' }),
);

/** A number of bytes that JavaScript can count exactly. */
export const bytesReader = integer({ min: 0, max: Number.MAX_SAFE_INTEGER, what: 'a number of bytes' });

/** Permissions of a file. */
export const modeReader: Reader<number> = kind({
  expected: 'permissions from 0 to 0o777',
  schema: { type: 'integer', minimum: 0, maximum: 0o777 },
  is: (value): value is number => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0o777,
});

const amount = (what: string): Reader<number> => integer({ min: 0, max: maxTimer, what });
const milliseconds = amount('a number of milliseconds');

/** Each limit. A default may be weaker than intended, so none may be undefined. */
export const limits = {
  connectTimeout: milliseconds,
  maxRedirects: amount('a number of redirects'),
  hostErrors: amount('a number of errors'),
  slowBytes: amount('a number of bytes a second'),
  slowWindow: milliseconds,
  slowPercent: amount('a percentage'),
  timeout: milliseconds,
} satisfies { readonly [Name in keyof Limits]: Reader<number> };
