import { nearest } from '@sb/core';

import { parseOptions } from './options/parse.js';
import { commandOf, commands } from './commands/table.js';
import { oneFileOptions } from './options/one-file.js';
import { FetchError } from './errors.js';
import { type ColorChoice, colorChoices } from './ui/environment.js';

/** The request of the command line. */
export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | {
      readonly kind: 'fetch';
      readonly url: string;
      /** Path of FILE. */
      readonly output: string;
      /** Path of pacman.conf; undefined for the default file, which may be missing. */
      readonly config: string | undefined;
      /** Path of a bundle of certificates that replaces those of the system. */
      readonly cacert: string | undefined;
      /** Path of a file to which the report of what was in force is appended, one JSON document a line. */
      readonly report: string | undefined;
      readonly quiet: boolean;
      /** Print events for programs to standard output instead of bars. */
      readonly json: boolean;
      readonly color: ColorChoice;
      readonly disableDownloadTimeout: boolean;
      /** Start no process that serves all calls of one pacman. */
      readonly isAlone: boolean;
    };

const optionLines = [
  'Options of a download:',
  '  --config FILE                pacman.conf to read (/etc/pacman.conf)',
  "  --cacert FILE                certificates to trust instead of the system's",
  '  --disable-download-timeout   keep waiting for a server that sends nothing',
  '  --alone                      start a separate process for this file alone',
  '  --report FILE                append a report of the sandbox to FILE, as JSON',
  '  -q, --quiet  errors only  --json  one event a line   --color auto|always|never',
  '  -h, --help   this text     -V, --version',
  'Exit status: 0 done, 1 download failed, 2 usage, 3 no sandbox, 4 FILE failed.',
];

/** The help of the whole program; fits a screen of 24 lines and 80 columns. */
export function help(): string {
  const lines = Object.entries(commands).map(([name, { about }]) => `  ${name.padEnd(12)} ${about}\n`);
  const first = `\
Usage: pacman-fetch [options] -o FILE URL
       pacman-fetch COMMAND [options] ...   or  pacman-fetch -Syu ... as pacman
Downloads for pacman in a process without root's rights. In pacman.conf:
  XferCommand = /usr/bin/pacman-fetch xfer %u

Commands; "pacman-fetch COMMAND --help" describes one.
${lines.join('')}`;
  return `${first}${optionLines.join('\n')}\n`;
}

/**
 * Parses the command line.
 *
 * @param args - without the program's name
 * @throws FetchError `usage`
 */
export function parseCommand(args: readonly string[]): Command {
  const { switches, values, operands } = parseOptions(undefined, oneFileOptions, args);
  if (switches.has('help')) return { kind: 'help' };
  if (switches.has('version')) return { kind: 'version' };
  const [url, ...rest] = operands;
  const output = values.get('output');
  if (output === undefined) throw noFile(url);
  if (url === undefined) throw usage('the URL is missing');
  if (rest.length > 0) throw usage(`only one URL can be downloaded at a time, and ${operands.length} are given`);
  return {
    kind: 'fetch',
    url,
    output,
    config: values.get('config'),
    cacert: values.get('cacert'),
    report: values.get('report'),
    quiet: switches.has('quiet'),
    json: switches.has('json'),
    color: colorOf(values.get('color')),
    disableDownloadTimeout: switches.has('disable-download-timeout'),
    isAlone: switches.has('alone'),
  };
}

function colorOf(value: string | undefined): ColorChoice {
  const choice = colorChoices.find((one) => one === (value ?? 'auto'));
  if (choice === undefined) throw usage(`--color must be one of ${colorChoices.join(', ')}, not "${value}"`);
  return choice;
}

/** Without -o, the first word is more likely a misspelt command, unless it looks like a URL. */
function noFile(word: string | undefined): FetchError {
  if (word === undefined || word.includes(':')) return usage('-o FILE is missing');
  if (commandOf(word) !== undefined) return usage(`the command ${word} must come first`);
  const meant = nearest(word, Object.keys(commands));
  return usage(`unknown command ${word}`, meant === undefined ? undefined : `Did you mean ${meant}?`);
}

function usage(message: string, hint = 'Try "pacman-fetch --help".'): FetchError {
  return new FetchError('usage', message, hint);
}
