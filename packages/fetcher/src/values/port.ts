/** TCP ports, or all. */
export type Ports = readonly number[] | 'any';

/** The TCP port of an http or https URL. */
export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}
