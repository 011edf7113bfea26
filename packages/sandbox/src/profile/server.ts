import { devices, programs, sink, system } from './places.js';
import type { Profile } from './profile.js';

/** Answers: who takes it over gets no further from here, neither by TCP nor by UDP. */
export const server: Profile = {
  about: 'reads the system and the working folder, binds the ports that are named; connects nowhere, no UDP',
  preset: 'none',
  paths: [programs, system, { access: 'rx', paths: ['.'] }, sink, devices],
  program: true,
  tmp: 'rw',
  home: 'tmp',
  connectTcp: [],
  bindTcp: [],
  internet: 'tcp-with-ports',
};
