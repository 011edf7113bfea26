/** Directories and files that several profiles grant. */
import type { ProfileRule } from './profile.js';

/** Programs, libraries and their data. */
export const programs: ProfileRule = {
  access: 'rx',
  paths: ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/opt', '/nix/store', '/gnu/store'],
};

/**
 * The configuration of the machine, and its descriptions of itself. Of `/run` and `/var` only files without personal
 * data.
 */
export const system: ProfileRule = {
  access: 'ro',
  paths: [
    '/etc',
    '/proc',
    '/sys',
    '/run/systemd/resolve',
    '/run/resolvconf',
    '/run/current-system',
    '/var/lib/dpkg',
    '/var/lib/pacman',
    '/var/lib/rpm',
    '/var/lib/dbus/machine-id',
    '/var/cache/man',
    '/var/cache/fontconfig',
  ],
};

/** Devices that give the same to every process. */
export const devices: ProfileRule = {
  access: 'ro',
  paths: ['/dev/full', '/dev/random', '/dev/urandom', '/dev/zero'],
};

/** What almost every program opens for writing, and what stores nothing. */
export const sink: ProfileRule = { access: 'rw', paths: ['/dev/null'] };
