/**
 * Lays out rows in columns as wide as their widest cell, two blanks apart, with no blank at the end of a line.
 *
 * @param rows - cells, which can do nothing to a terminal; the first row has as many as any
 * @param widthOf - columns of a cell. Default: its length
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
