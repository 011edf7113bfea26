// Every C file says its licence in its first line: it is compiled into programs of others, far from the file LICENSE.
// @ts-check

/** @see https://spdx.dev/ids/ */
const line = '/* SPDX-License-Identifier: MIT */\n';

/** @type {import('../tree.mjs').Rule} */
export function licenceLine(tree) {
  return tree.files
    .filter((file) => /\.(?:c|cc|h)$/.test(file) && !tree.text(file).startsWith(line))
    .map((file) => `${file}: its first line is to be ${line.trim()}`);
}
