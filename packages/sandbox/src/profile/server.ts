import { devices, programs, sink, system } from './places.js';
import type { Profile } from './profile.js';

/** Serves: an attacker who takes it over cannot connect from here, by TCP or UDP. */
export const server: Profile = {
  about: 'reads the system and the working directory, binds the ports that are named; connects nowhere, no UDP',
  preset: 'none',
  paths: [programs, system, { access: 'rx', paths: ['.'] }, sink, devices],
  program: true,
  tmp: 'rw',
  home: 'tmp',
  connectTcp: [],
  bindTcp: [],
  internet: 'tcp-with-ports',
};
