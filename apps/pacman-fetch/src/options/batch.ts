import type { Options } from '@sb/cli-kit';

import { colorChoices } from '../ui/environment.js';

/** The options of every command that downloads. */
export const batchOptions = {
  config: { short: 'c', value: 'FILE', about: 'pacman.conf to read (/etc/pacman.conf)', names: 'file' },
  cacert: { value: 'FILE', about: "certificates to trust instead of the system's", names: 'file' },
  quiet: { short: 'q', about: 'show only errors' },
  json: { about: 'print events as JSON, one a line' },
  color: { value: 'WHEN', about: 'auto, always or never (Color of pacman.conf)', words: colorChoices },
} as const satisfies Options;
