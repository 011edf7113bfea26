import type { Profile } from './profile.js';

/** The default: looks at everything but credentials, and changes nothing. */
export const read: Profile = {
  about: 'reads all that its user may but credentials, writes nothing, connects anywhere',
  preset: 'read-only',
  paths: [],
  program: false,
  connectTcp: 'any',
  bindTcp: [],
  internet: 'always',
};
