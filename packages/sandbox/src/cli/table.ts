import { escaped } from '@sb/core';

/**
 * Lays out rows in columns of the width of their longest entry, two blanks apart. Names can do nothing to a terminal.
 *
 * @param given - rows, of which the first is the heading
 */
export function tableOf(given: readonly (readonly string[])[]): string {
  const rows = given.map((row) => row.map(escaped));
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('');
}
