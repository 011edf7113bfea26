import type { Options } from '@sb/cli-kit';

import { helpOption } from './parse.js';
import { colorChoices } from '../ui/environment.js';

/** The options of `-o FILE URL`, for parsing and for completions. */
export const oneFileOptions = {
  output: { short: 'o', value: 'FILE', about: 'where the download goes', names: 'file' },
  config: { value: 'FILE', about: 'pacman.conf to read (/etc/pacman.conf)', names: 'file' },
  cacert: { value: 'FILE', about: "certificates to trust instead of the system's", names: 'file' },
  'disable-download-timeout': { about: 'keep waiting for a server that sends nothing' },
  alone: { about: 'start a separate process for this file alone' },
  report: { value: 'FILE', about: 'append a report of the sandbox to FILE, as JSON', names: 'file' },
  json: { about: 'print events as JSON, one a line' },
  color: { value: 'WHEN', about: 'auto (default), always or never', words: colorChoices },
  quiet: { short: 'q', about: 'show only errors' },
  version: { short: 'V', about: 'print the version' },
  ...helpOption,
} as const satisfies Options;
