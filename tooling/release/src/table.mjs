// What would be published, for people to look through.
// @ts-check

/** @typedef {import('./pack.mjs').Tarball} Tarball */

const kilobytes = (/** @type {number} */ bytes) => `${(bytes / 1000).toFixed(1)} kB`;

/**
 * @param {readonly Tarball[]} tarballs
 * @returns {readonly string[]} a line each, in the order of publishing
 */
export function tableOf(tarballs) {
  const rows = tarballs.map(({ name, version, size, unpackedSize, files, integrity }) => [
    `${name}@${version}`,
    kilobytes(size),
    `${kilobytes(unpackedSize)} unpacked`,
    `${files.length} files`,
    integrity,
  ]);
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
