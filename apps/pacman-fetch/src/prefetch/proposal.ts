import { basename } from 'node:path';

import type { DownloadRequest } from '@sb/fetcher';

import { columnsOf, printable, type Charset } from '../ui/text.js';
import { type PackageRow, packageTable } from './package-table.js';

/** Where a proposal is shown. */
export interface ProposalSpace {
  readonly columns: number;
  readonly charset: Charset;
  /** The packages for a table, as with `VerbosePkgLists`. Default: a list. */
  readonly rows?: readonly PackageRow[] | undefined;
}

/**
 * Describes what will be downloaded, as pacman shows a transaction: each package with its version, and the bytes if all
 * are known.
 *
 * @returns lines with their ends
 */
export function proposalOf(requests: readonly DownloadRequest[], { columns, charset, rows }: ProposalSpace): string {
  const names = requests.map(({ to }) => printable(nameOf(to), charset)).toSorted();
  const sizes = requests.flatMap(({ size }) => size ?? []);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const isKnown = sizes.length === requests.length;
  const total = isKnown ? `\nTotal Download Size:  ${(bytes / 1024 ** 2).toFixed(2)} MiB\n` : '';
  const shown = rows?.map((row) => ({
    ...row,
    name: printable(row.name, charset),
    old: row.old === undefined ? undefined : printable(row.old, charset),
    version: printable(row.version, charset),
  }));
  const table = shown === undefined ? undefined : packageTable(shown, columns);
  return `\n${table ?? wrapped(`Packages (${names.length})`, names, columns)}${total}\n`;
}

/** `NAME-VERSION` of the file of a package, without architecture and format. */
function nameOf(path: string): string {
  return basename(path).replace(/-[^-]+\.pkg\.tar.*$/, '');
}

/** A list after its title, with two blanks between words, and with aligned lines. */
function wrapped(title: string, words: readonly string[], columns: number): string {
  const indent = ' '.repeat(title.length + 1);
  const lines = [title];
  for (const word of words) {
    const line = lines.at(-1) ?? '';
    const isFirst = line === title || line === indent.trimEnd();
    const longer = `${line}${isFirst ? ' ' : '  '}${word}`;
    if (isFirst || columnsOf(longer) < columns) lines[lines.length - 1] = longer;
    else lines.push(`${indent}${word}`);
  }
  return `${lines.join('\n')}\n`;
}
