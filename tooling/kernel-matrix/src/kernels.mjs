// The kernels that claims are tested on: data only.
// @ts-check

/**
 * What a kernel must answer when it is asked for Landlock: its ABI, or why it has no Landlock.
 *
 * @typedef {number | 'not-built' | 'disabled-at-boot'} ExpectedLandlock
 */

/**
 * @typedef {object} Kernel
 * @property {string} name as the table and the command line have it
 * @property {'x64' | 'arm64'} arch
 * @property {string} suite Debian's name of the release that has it
 * @property {RegExp} package name of Debian's package of the image; the newest that matches is taken
 * @property {ExpectedLandlock} landlock
 * @property {string} [parameters] of the kernel's command line
 * @property {boolean} [initrd] whether virtiofs is a module, so that a small initrd has to load it
 * @property {boolean} [quick] whether every change is tested on it: the oldest and the newest
 */

/** Debian 13's own list without landlock: the kernel has it and doesn't enable it. */
const withoutLandlock = 'lsm=lockdown,yama,loadpin,safesetid,integrity,apparmor,bpf';

/** @type {readonly Kernel[]} */
export const kernels = [
  {
    name: '5.10',
    arch: 'x64',
    suite: 'bullseye',
    package: /^linux-image-5\.10\.0-\d+-cloud-amd64$/,
    landlock: 'not-built',
    initrd: true,
    quick: true,
  },
  {
    name: '6.1',
    arch: 'x64',
    suite: 'bookworm',
    package: /^linux-image-6\.1\.0-\d+-cloud-amd64$/,
    landlock: 2,
    initrd: true,
  },
  {
    name: '6.12',
    arch: 'x64',
    suite: 'trixie',
    package: /^linux-image-6\.12\.[\d.]+\+deb13-cloud-amd64$/,
    landlock: 6,
  },
  {
    name: '6.12 without Landlock',
    arch: 'x64',
    suite: 'trixie',
    package: /^linux-image-6\.12\.[\d.]+\+deb13-cloud-amd64$/,
    landlock: 'disabled-at-boot',
    parameters: withoutLandlock,
  },
  {
    name: '6.19',
    arch: 'x64',
    suite: 'trixie-backports',
    package: /^linux-binary-6\.19\.[\d.]+\+deb13-cloud-amd64$/,
    landlock: 7,
  },
  {
    name: '7.0',
    arch: 'x64',
    suite: 'trixie-backports',
    package: /^linux-binary-7\.0\.[\d.]+\+deb13-cloud-amd64$/,
    landlock: 8,
  },
  {
    name: '7.1',
    arch: 'x64',
    suite: 'trixie-backports',
    package: /^linux-binary-7\.1\.[\d.]+\+deb13-cloud-amd64$/,
    landlock: 9,
  },
  {
    name: '7.2',
    arch: 'x64',
    suite: 'trixie-backports',
    package: /^linux-binary-7\.2\.[\d.]+\+deb13-cloud-amd64$/,
    landlock: 10,
  },
  {
    name: '7.3',
    arch: 'x64',
    suite: 'trixie-backports',
    package: /^linux-binary-7\.3\.[\d.]+\+deb13-cloud-amd64$/,
    landlock: 11,
    quick: true,
  },
  {
    name: '6.12',
    arch: 'arm64',
    suite: 'trixie',
    package: /^linux-image-6\.12\.[\d.]+\+deb13-cloud-arm64$/,
    landlock: 6,
  },
];
