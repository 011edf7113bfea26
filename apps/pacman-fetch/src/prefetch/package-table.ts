import { basename } from 'node:path';

import type { DownloadRequest } from '@sb/fetcher';

import { columnsOf } from '../ui/text.js';
import type { Wanted } from './wanted.js';

/** A package that will be downloaded, as pacman shows it with `VerbosePkgLists`. */
export interface PackageRow {
  /** `REPOSITORY/NAME`. */
  readonly name: string;
  /** The installed version; undefined if it is not installed. */
  readonly old: string | undefined;
  readonly version: string;
  /** Bytes; undefined if they are unknown. */
  readonly size: number | undefined;
}

/**
 * Returns the packages that will be downloaded, in the order of their names.
 *
 * @param installed - the output of `pacman -Q`: a name and a version on each line
 */
export function packageRows(
  requests: readonly DownloadRequest[],
  wanted: readonly Wanted[],
  installed: string,
): readonly PackageRow[] {
  const versions = new Map(installed.split('\n').map((line) => line.split(' ') as [string, string]));
  const byFile = new Map(wanted.map((one) => [one.file, one]));
  return requests
    .flatMap(({ to, size }) => {
      const one = byFile.get(basename(to));
      if (one === undefined) return [];
      const { repository, name, file } = one;
      const version = file.slice(name.length + 1).replace(/-[^-]+\.pkg\.tar.*$/, '');
      return [{ name: `${repository}/${name}`, old: versions.get(name), version, size }];
    })
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

/**
 * Returns the packages as a table. As in pacman, a column without any value is left out, and an empty line follows the
 * header.
 *
 * @param columns - of the terminal
 * @returns lines with their ends; undefined if the table is wider
 */
export function packageTable(rows: readonly PackageRow[], columns: number): string | undefined {
  const sizeText = ({ size }: PackageRow): string => (size === undefined ? '' : `${(size / 1024 ** 2).toFixed(2)} MiB`);
  const all = [
    { title: `Package (${rows.length})`, texts: rows.map(({ name }) => name), isRight: false },
    { title: 'Old Version', texts: rows.map(({ old = '' }) => old), isRight: false },
    { title: 'New Version', texts: rows.map(({ version }) => version), isRight: false },
    { title: 'Download Size', texts: rows.map(sizeText), isRight: true },
  ].filter(({ texts }) => texts.some((text) => text !== ''));
  const widths = all.map(({ title, texts }) => Math.max(...[title, ...texts].map(columnsOf)));
  if (widths.reduce((sum, width) => sum + width + 2, -2) > columns) return undefined;
  const lineOf = (texts: readonly string[]): string =>
    texts
      .map((text, index) => {
        const blanks = ' '.repeat((widths[index] ?? 0) - columnsOf(text));
        return all[index]?.isRight === true ? `${blanks}${text}` : `${text}${blanks}`;
      })
      .join('  ')
      .trimEnd();
  const lines = rows.map((_, row) => lineOf(all.map(({ texts }) => texts[row] ?? '')));
  return `${[lineOf(all.map(({ title }) => title)), '', ...lines].join('\n')}\n`;
}
