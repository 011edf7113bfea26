import { readdirSync, readlinkSync } from 'node:fs';

/** A link in `/`, for instance `/bin` to `usr/bin`. */
export interface TopLink {
  readonly path: string;
  readonly target: string;
}

/**
 * The links in `/`: a root that is put together of mounts has none of them. They grant nothing.
 *
 * @throws the error of readdir(3) or readlink(2)
 */
export function topLinks(): readonly TopLink[] {
  const links = readdirSync('/', { withFileTypes: true }).filter((entry) => entry.isSymbolicLink());
  return links.map(({ name }) => ({ path: `/${name}`, target: readlinkSync(`/${name}`) }));
}
