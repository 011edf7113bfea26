import { devices, programs, sink, system } from './places.js';
import type { Profile } from './profile.js';

/** Work in one directory: everything that a checkout, its scripts and its tests do. */
export const project: Profile = {
  about: 'reads the system, reads and writes the working directory; no network until ports are named',
  preset: 'none',
  paths: [programs, system, { access: 'rwx', paths: ['.'] }, sink, devices],
  program: true,
  tmp: 'rw',
  home: 'tmp',
  connectTcp: [],
  bindTcp: [],
  internet: 'with-ports',
};
