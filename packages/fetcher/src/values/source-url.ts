import { fileURLToPath } from 'node:url';

const protocols: ReadonlySet<string> = new Set(['http:', 'https:', 'file:']);

/**
 * Why a fetcher takes something for no source, so that whoever has several may leave that one out.
 *
 * @param source - what should be a URL
 * @returns a clause that goes on after "a source", for instance `that is no URL`; undefined where all is well. It doesn't
 *   show the text, which may hold a password
 */
export function sourceProblem(source: string | URL): string | undefined {
  if (!URL.canParse(String(source))) return 'that is no URL';
  const url = new URL(source);
  if (!protocols.has(url.protocol)) return `of ${url.protocol} where only http, https and file are possible`;
  return url.protocol === 'file:' && !isLocal(url) ? 'of file: that names no path' : undefined;
}

/** Whether it is a path of this machine: no other host, no encoded slash, no NUL. */
function isLocal(url: URL): boolean {
  try {
    return url.host === '' && !fileURLToPath(url).includes('\0');
  } catch {
    return false;
  }
}
