// How large what is published may be. A package that grows past its bound has something in it that it should not, or the
// bound is to be raised with a reason in the commit.
// @ts-check

/** @typedef {readonly [packed: number, unpacked: number]} Kilobytes 1,000 bytes of a tarball, and of what it unpacks to */

/**
 * @param {string} name of a package
 * @param {readonly string[]} paths in its tarball
 * @returns {Kilobytes} of the package, with native parts for all the processors that it has some for
 */
export function limitsOf(name, paths) {
  const processors = new Set(paths.flatMap((path) => /^prebuilds\/([^/]+)\//.exec(path)?.[1] ?? []));
  const further = Math.max(0, processors.size - 1);
  const [packed = 0, unpacked = 0] = limits[name] ?? [];
  const [morePacked = 0, moreUnpacked = 0] = furtherProcessor[name] ?? [];
  return [packed + further * morePacked, unpacked + further * moreUnpacked];
}

/** With native parts for one processor. @type {Readonly<Record<string, Kilobytes>>} */

const limits = {
  '@sb/core': [70, 235],
  '@sb/files': [70, 265],
  '@sb/privdrop': [70, 220],
  '@sb/caps': [90, 300],
  '@sb/landlock': [150, 500],
  '@sb/seccomp': [330, 1200],
  '@sb/sandbox': [1000, 3400],
  '@sb/fetcher': [1000, 4200],
  'pacman-fetch': [1270, 3850],
};

/** What the native parts for one more processor add. @type {Readonly<Record<string, Kilobytes>>} */
const furtherProcessor = {
  '@sb/privdrop': [15, 70],
  '@sb/caps': [15, 70],
  '@sb/landlock': [20, 70],
  '@sb/seccomp': [15, 70],
  '@sb/sandbox': [150, 300],
  'pacman-fetch': [60, 120],
};
