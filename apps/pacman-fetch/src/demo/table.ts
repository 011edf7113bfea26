/**
 * Lays out rows in columns as wide as their widest cell.
 *
 * @param rows - cells; the first row is the head
 */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const layOut = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const [head = [], ...body] = rows;
  return [layOut(head), widths.map((width) => '─'.repeat(width)).join('  '), ...body.map(layOut)].join('\n');
}
