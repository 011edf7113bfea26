/** Folders and files that several profiles grant. */
import type { ProfileRule } from './profile.js';

/** Programs, libraries and what they bring along. */
export const programs: ProfileRule = {
  access: 'rx',
  paths: ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/opt', '/nix/store', '/gnu/store'],
};

/** How the machine is set up, and what it tells of itself. Of `/run` and `/var` only what names no person's data. */
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

/** Devices that give the same to everybody. */
export const devices: ProfileRule = {
  access: 'ro',
  paths: ['/dev/full', '/dev/random', '/dev/urandom', '/dev/zero'],
};

/** What nearly every program opens for writing, and nobody can keep anything in. */
export const sink: ProfileRule = { access: 'rw', paths: ['/dev/null'] };
