import { fileURLToPath } from 'node:url';

const protocols: ReadonlySet<string> = new Set(['http:', 'https:', 'file:']);

/**
 * Returns why a fetcher would refuse a source, so that a caller with several sources can leave it out.
 *
 * @param source - what should be a URL
 * @returns a clause about the source, for instance `it is not a URL`; undefined if the source is valid. It does not show
 *   the text, which may contain a password
 */
export function sourceProblem(source: string | URL): string | undefined {
  if (!URL.canParse(String(source))) return 'it is not a URL';
  const url = new URL(source);
  if (!protocols.has(url.protocol)) return `only http, https and file are supported, not ${url.protocol.slice(0, -1)}`;
  return url.protocol === 'file:' && !isLocal(url) ? 'it does not name a path of this machine' : undefined;
}

/** Whether it is a path on this machine: no other host, no encoded slash, no NUL. */
function isLocal(url: URL): boolean {
  try {
    return url.host === '' && !fileURLToPath(url).includes('\0');
  } catch {
    return false;
  }
}
