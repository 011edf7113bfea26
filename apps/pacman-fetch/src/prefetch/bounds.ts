import { basename } from 'node:path';

import type { DownloadRequest } from '@sb/fetcher';

import type { Wanted } from './wanted.js';

/** What pacman's `humanize_size` counts in. */
const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/**
 * Reads how large packages may be from what `pacman -Si` says. It rounds to hundredths of a unit, so this is a bound and
 * not a size.
 *
 * @param output - its standard output, in English
 * @returns bytes by `REPOSITORY/NAME`; without those whose size the database hasn't got
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
 * Reads what `pacman -Si` says of packages.
 *
 * @param output - its standard output, in English
 * @returns for each package, what gives the text of a field by its name; '' where there is none
 */
export function fieldsOf(output: string): readonly ((name: string) => string)[] {
  return output
    .split('\n\n')
    .map((block) => (name: string) => new RegExp(`(?:^|\\n)${name} *: ([^\\n]*)`).exec(block)?.[1] ?? '');
}

/**
 * Bounds the downloads whose size isn't known: where a file or a whole part of it is there already, pacman says only that
 * nothing is to come, and a mirror could send whatever it likes until the sum is compared.
 *
 * @param wanted - what the requests are made of
 * @param ask - what `pacman -Si` says of packages; undefined where it refuses
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
