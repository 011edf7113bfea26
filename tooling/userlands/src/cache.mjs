// Where roots are kept: outside of the clone, so that the next one finds them.
// @ts-check
import { homedir } from 'node:os';
import { join } from 'node:path';

/** `$XDG_CACHE_HOME/sb-userlands`, or below `~/.cache`. */
export const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sb-userlands');

/** An ordinary user of every root, whom no program of the root is. */
export const ordinary = { name: 'sb', id: 61719 };
