import { build } from './build.js';
import { client } from './client.js';
import { convert } from './convert.js';
import { none } from './none.js';
import type { Profile, ProfileName } from './profile.js';
import { project } from './project.js';
import { read } from './read.js';
import { server } from './server.js';

/** Every profile by its name. */
export const profiles: Readonly<Record<ProfileName, Profile>> = {
  read,
  project,
  build,
  convert,
  client,
  server,
  none,
};
