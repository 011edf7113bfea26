// How long files are and what they are called.
// @ts-check
import { posix } from 'node:path';

import { isTest } from '../tree.mjs';

const source = /\.(?:ts|mts|cts|js|mjs|cjs)$/;
const c = /\.[ch]$/;

/** The line that names the licence (licence-line.mjs) is not about anything. */
const licence = /^\/\* SPDX-License-Identifier: .* \*\/\n/;

/** Lines that a file may have. @param {string} file */
function limitOf(file) {
  if (!source.test(file) && !c.test(file)) return Infinity;
  return isTest(file) ? 400 : 250;
}

/** @type {import('../tree.mjs').Rule} */
export function sizes(tree) {
  return tree.files.flatMap((file) => {
    const limit = limitOf(file);
    if (limit === Infinity) return [];
    const lines = tree.text(file).replace(licence, '').split('\n').length - 1;
    return lines <= limit ? [] : [`${file}: has ${lines} lines, over ${limit}; split it by what it is about`];
  });
}

/** @type {import('../tree.mjs').Rule} */
export function names(tree) {
  return tree.files.flatMap((file) => {
    const name = posix.basename(file);
    if (c.test(name))
      return /^[a-z\d_]+\.[ch]$/.test(name) || isTest(file) ? [] : [`${file}: C files are called in_snake_case`];
    if (source.test(name))
      return /^[a-z\d]+(?:[-.][a-z\d]+)*$/.test(name) ? [] : [`${file}: is to be called in-kebab-case`];
    return [];
  });
}

/** A name of the kernel that ends at the end of a line, or begins at the beginning of one, in the middle of itself. */
const broken = /(?<!\w)[A-Z][A-Z\d_]*_$|^[ \t]*(?:\*|\/\/|#)?[ \t]*_[A-Z][A-Z\d_]*[A-Z\d](?!\w|\S*_)/;

/** @type {import('../tree.mjs').Rule} */
export function kernelNames(tree) {
  return tree.files
    .filter((file) => source.test(file) || c.test(file) || file.endsWith('.md'))
    .flatMap((file) =>
      tree
        .text(file)
        .split('\n')
        .flatMap((line, index) =>
          broken.test(line)
            ? [`${file}:${index + 1}: a kernel name is broken over two lines; grep would not find it`]
            : [],
        ),
    );
}
