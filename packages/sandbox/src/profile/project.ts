import { devices, programs, sink, system } from './places.js';
import type { Profile } from './profile.js';

/** Work in one folder: whatever a checkout, its scripts and its tests do. */
export const project: Profile = {
  about: 'reads the system and the working folder, writes the working folder; no network until ports are named',
  preset: 'none',
  paths: [programs, system, { access: 'rwx', paths: ['.'] }, sink, devices],
  program: true,
  tmp: 'rw',
  home: 'tmp',
  connectTcp: [],
  bindTcp: [],
  internet: 'with-ports',
};
