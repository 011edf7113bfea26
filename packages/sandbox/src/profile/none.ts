import type { Profile } from './profile.js';

/** For who knows each path and port. */
export const none: Profile = {
  about: 'nothing but what is given, not even the program',
  preset: 'none',
  paths: [],
  program: false,
  connectTcp: [],
  bindTcp: [],
  internet: 'with-ports',
};
