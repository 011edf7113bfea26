import type { Profile } from './profile.js';

/** For users who know each path and port. */
export const none: Profile = {
  about: 'grants nothing by itself, not even the program',
  preset: 'none',
  paths: [],
  program: false,
  connectTcp: [],
  bindTcp: [],
  internet: 'with-ports',
};
