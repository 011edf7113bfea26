// The user lands that claims are tested in: data only.
// @ts-check

/**
 * @typedef {object} Land
 * @property {string} name as the table and the command line have it
 * @property {string} about what has these files
 * @property {'arm64'} [arch] its processor, where that is not the machine's: it is emulated then
 * @property {string} [suite] Debian's name of the release; without one the root is of musl and busybox
 * @property {boolean} [isStale] whether the list of the release may be older than it says it is good for
 * @property {readonly string[]} runtimes names of what runs there, as `runtimes.mjs` has them
 * @property {readonly string[]} [quick] those of them that every change is tested with
 * @property {boolean} [hasTools] whether bundlers, package managers and the container file are tried there
 */

/** Node's oldest and newest release, and those between. */
const nodes = ['node20', 'node22', 'node24', 'node26'];

/** @type {readonly Land[]} */
export const lands = [
  {
    name: 'Debian 11',
    about: 'glibc 2.31, older than what RHEL 9 and Ubuntu 22.04 have',
    suite: 'bullseye',
    runtimes: nodes,
  },
  {
    name: 'Debian 12',
    about: 'glibc 2.36, the base of the official node images',
    suite: 'bookworm',
    runtimes: [...nodes, 'bun', 'deno'],
    quick: ['node20', 'node22', 'node26'],
    hasTools: true,
  },
  { name: 'Debian 13', about: 'glibc 2.41', suite: 'trixie', runtimes: nodes },
  // Its list is good for a week: a mirror that is behind is no reason not to try. apt checks the signature all the same.
  { name: 'Debian testing', about: 'the newest glibc', suite: 'testing', isStale: true, runtimes: nodes },
  {
    name: 'musl',
    about: "Debian's musl, busybox, and Bun built for musl",
    runtimes: ['bun-musl'],
    quick: ['bun-musl'],
  },
  {
    name: 'Debian 13 arm64',
    about: 'glibc 2.41 on another processor, which is emulated',
    arch: 'arm64',
    suite: 'trixie',
    // An emulated processor is ten times slower: the oldest and the newest.
    runtimes: ['node20-arm64', 'node26-arm64'],
  },
];
