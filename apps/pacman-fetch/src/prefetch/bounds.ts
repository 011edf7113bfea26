import { basename } from 'node:path';

import type { DownloadRequest } from '@sb/fetcher';

import type { Wanted } from './wanted.js';

/** The units of pacman's `humanize_size`. */
const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/**
 * Reads from the output of `pacman -Si` how large packages may be. pacman rounds to hundredths of a unit, so this is an
 * upper limit and not a size.
 *
 * @param output - its standard output, in English
 * @returns bytes by `REPOSITORY/NAME`; without packages whose size the database does not have
 */
export function parseBounds(output: string): ReadonlyMap<string, number> {
  const bounds = new Map<string, number>();
  for (const field of fieldsOf(output)) {
    const [number, unit = ''] = field('Download Size').split(' ');
    const bytes = Math.ceil((Number(number) + 0.005) * 1024 ** units.indexOf(unit));
    if (Number(number) > 0 && units.includes(unit)) bounds.set(`${field('Repository')}/${field('Name')}`, bytes);
  }
  return bounds;
}

/**
 * Reads the output of `pacman -Si`.
 *
 * @param output - its standard output, in English
 * @returns for each package, a function that returns the text of a field by its name; '' for a missing field
 */
export function fieldsOf(output: string): readonly ((name: string) => string)[] {
  return output
    .split('\n\n')
    .map((block) => (name: string) => new RegExp(`(?:^|\\n)${name} *: ([^\\n]*)`).exec(block)?.[1] ?? '');
}

/**
 * Limits the downloads whose size is unknown. If a file or a complete part of it exists, pacman reports only that
 * nothing remains. Without a limit, a mirror could send any amount until the sum is compared.
 *
 * @param wanted - the packages of the requests
 * @param ask - runs `pacman -Si` for packages; undefined if it refuses
 */
export async function withBounds(
  requests: readonly DownloadRequest[],
  wanted: readonly Wanted[],
  ask: (packages: readonly string[]) => Promise<string | undefined>,
): Promise<readonly DownloadRequest[]> {
  const names = new Map(wanted.map(({ file, repository, name }) => [file, `${repository}/${name}`]));
  const nameOf = ({ to }: DownloadRequest): string => names.get(basename(to)) ?? '';
  const unknown = requests.filter(({ size }) => size === undefined);
  if (unknown.length === 0) return requests;
  const bounds = parseBounds((await ask(unknown.map(nameOf))) ?? '');
  return requests.map((request) => {
    const maxBytes = request.size === undefined ? bounds.get(nameOf(request)) : undefined;
    return maxBytes === undefined ? request : { ...request, maxBytes };
  });
}
