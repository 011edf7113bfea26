import { devices, programs, sink, system } from './places.js';
import type { Profile } from './profile.js';

/** Downloads. It can send what it may read, so no directory of the user is granted until it is named. */
export const client: Profile = {
  about: 'reads the system, connects to ports 443, 80, 53 and those that are named; listens nowhere',
  preset: 'none',
  paths: [programs, system, sink, devices],
  program: true,
  tmp: 'rw',
  home: 'tmp',
  connectTcp: [443, 80, 53],
  bindTcp: [],
  internet: 'always',
};
