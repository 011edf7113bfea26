import type { Profile } from './profile.js';

/** The default: reads everything except for credentials, and changes nothing. */
export const read: Profile = {
  about: 'reads everything its user may read, except credentials; writes nothing; connects anywhere',
  preset: 'read-only',
  paths: [],
  program: false,
  connectTcp: 'any',
  bindTcp: [],
  internet: 'always',
};
