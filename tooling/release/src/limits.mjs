// How large what is published may be. A package that grows past its bound has something in it that it should not, or the
// bound is to be raised with a reason in the commit. There is room for the native parts of a second processor.
// @ts-check

/** Kilobytes (1,000 bytes) of a tarball, and of what it unpacks to. @type {Readonly<Record<string, readonly [packed: number, unpacked: number]>>} */
export const limits = {
  '@sb/core': [60, 200],
  '@sb/files': [55, 200],
  '@sb/privdrop': [70, 220],
  '@sb/caps': [90, 300],
  '@sb/landlock': [150, 500],
  '@sb/seccomp': [290, 1100],
  '@sb/sandbox': [520, 1700],
  '@sb/fetcher': [1000, 4200],
  'pacman-fetch': [2200, 7600],
};
