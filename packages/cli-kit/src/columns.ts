/**
 * Lays out rows in columns as wide as their widest cell, two blanks apart, without a blank at the end of a line.
 *
 * @param rows - cells without control sequences for a terminal; no row has more cells than the first
 * @param widthOf - returns the columns of a cell. Default: its length
 * @returns the lines
 */
export function columns(
  rows: readonly (readonly string[])[],
  widthOf: (cell: string) => number = (cell) => cell.length,
): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ''))));
  const padded = (cell: string, column: number) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell));
  return rows.map((row) => row.map(padded).join('  ').trimEnd());
}
