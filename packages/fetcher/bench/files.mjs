// What is downloaded.
// @ts-check
import { randomBytes } from 'node:crypto';
import { closeSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const count = 150;

/**
 * Sizes of packages as a repository has them: logarithmically normal, half of them below 250 kB, the largest some 30 MB.
 *
 * @returns {readonly number[]}
 */
function packageSizes() {
  return Array.from({ length: count }, (_, index) =>
    Math.round(250_000 * Math.exp(1.8 * quantile((index + 0.5) / count))),
  );
}

/** The quantile of the standard normal distribution, by halving. @param {number} share */
function quantile(share) {
  let [low, high] = [-6, 6];
  while (high - low > 1e-6) {
    const middle = (low + high) / 2;
    if (normal(middle) < share) low = middle;
    else high = middle;
  }
  return low;
}

/** The standard normal distribution (logistic approximation, good to 2 in 10,000). @param {number} z */
function normal(z) {
  return 1 / (1 + Math.exp(-(1.5976 * z + 0.07056 * z ** 3)));
}

/** @typedef {{ name: string, paths: readonly string[], bytes: number }} Load */

/**
 * Makes the files of a server.
 *
 * @param {string} root its folder
 * @param {number} large bytes of the large one
 * @returns {{ large: Load, packages: Load }}
 */
export function makeFiles(root, large) {
  mkdirSync(root);
  const block = randomBytes(1 << 20);
  const make = (/** @type {string} */ name, /** @type {number} */ size) => {
    const file = openSync(join(root, name), 'w');
    for (let at = 0; at < size; at += block.length) writeSync(file, block);
    ftruncateSync(file, size);
    closeSync(file);
  };
  const sizes = packageSizes();
  // Large and small in turn, as names in a repository say nothing of sizes.
  const paths = sizes.map((_, index) => `package-${(index * 67) % count}`);
  for (const [index, size] of sizes.entries()) make(`package-${index}`, size);
  make('large', large);
  return {
    large: { name: 'one large file', paths: ['large'], bytes: large },
    packages: { name: `${count} packages`, paths, bytes: sizes.reduce((sum, size) => sum + size, 0) },
  };
}
