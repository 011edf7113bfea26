import type { Options } from '@sb/cli-kit';

import { helpOption } from './parse.js';
import { colorChoices } from '../ui/environment.js';

/** The options of `-o FILE URL`, for parsing and for completions. */
export const oneFileOptions = {
  output: { short: 'o', value: 'FILE', about: 'where the download goes', names: 'file' },
  config: { value: 'FILE', about: 'pacman.conf to read (/etc/pacman.conf)', names: 'file' },
  cacert: { value: 'FILE', about: "certificates to trust instead of the system's", names: 'file' },
  'disable-download-timeout': { about: "don't give up on a server that sends nothing" },
  alone: { about: 'no process that serves all calls of one pacman' },
  report: { value: 'FILE', about: 'append what was in force to FILE, one JSON line', names: 'file' },
  json: { about: 'what happens, as JSON, one event a line' },
  color: { value: 'WHEN', about: 'auto (default), always or never', words: colorChoices },
  quiet: { short: 'q', about: 'errors only' },
  version: { short: 'V', about: 'the version' },
  ...helpOption,
} as const satisfies Options;
