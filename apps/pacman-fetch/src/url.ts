import { FetchError } from './errors.js';

/**
 * Checks a URL from the command line.
 *
 * @throws FetchError `usage` for anything but http, https and file
 */
export function parseUrl(text: string): URL {
  if (!URL.canParse(text)) {
    throw new FetchError('usage', `the URL "${withoutPassword(text)}" is invalid`, 'Write it as http://host/path.');
  }
  const url = new URL(text);
  if (['http:', 'https:', 'file:'].includes(url.protocol)) return url;
  throw new FetchError('usage', `${url.protocol} URLs are not supported`, 'Give an http, https or file URL.');
}

/** Returns a URL that is parsed once; undefined for a text that is not one. */
export function parsedUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** A URL for messages: without user and password. */
export function publicUrl(url: URL): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  return shown.href;
}

/** A text that should be a URL, for messages: without user and password, although its parts are unknown. */
export function withoutPassword(text: string): string {
  return text.replace(/^([a-z][\w+.-]*:\/+)?.*@/is, '$1');
}
