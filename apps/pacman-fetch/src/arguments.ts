import { parseArgs } from 'node:util';

import { FetchError } from './errors.js';

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | {
      readonly kind: 'fetch';
      readonly url: string;
      /** Path of FILE. */
      readonly output: string;
      /** Path of pacman.conf; undefined means the default one, which may be missing. */
      readonly config: string | undefined;
      /** Path of a bundle of certificates that replaces the system's. */
      readonly cacert: string | undefined;
      /** Path of a file that gets the report of what was in force, one JSON document a line. */
      readonly report: string | undefined;
      readonly quiet: boolean;
      readonly disableDownloadTimeout: boolean;
    };

/** The help text; fits a screen. */
export const help = `Usage: pacman-fetch [options] -o FILE URL

Downloads URL into FILE in a separate process that is not root. Made for
  XferCommand = /usr/bin/pacman-fetch -o %o %u
in pacman.conf. An existing FILE is resumed. http and https only.

Options:
  -o, --output FILE            where the download goes
      --config FILE            pacman.conf to read (default: /etc/pacman.conf)
      --cacert FILE            certificates to trust instead of the system's
      --disable-download-timeout
                               don't give up on a server that sends nothing
      --report FILE            append what was in force to FILE, one JSON line
  -q, --quiet                  no progress
  -h, --help                   this text
  -V, --version                the version

Read from [options] of pacman.conf:
  SandboxUser, DownloadUser    who downloads; SandboxUser wins
  UseSandbox = yes|no|auto     no: download as whoever started it
  DisableDownloadTimeout       as the option
Without a user there, the owner of FILE's folder downloads, if that isn't root.

From the environment: http_proxy, https_proxy, all_proxy, no_proxy,
HTTP_USER_AGENT.

Exit status: 0 done, 1 the download failed, 2 usage or configuration,
3 the user could not be switched, 4 FILE could not be written.
`;

/**
 * Parses the command line.
 *
 * @param args - without the program's name
 * @throws FetchError `usage`
 */
export function parseCommand(args: readonly string[]): Command {
  const { values, positionals } = parse(args);
  if (values.help === true) return { kind: 'help' };
  if (values.version === true) return { kind: 'version' };
  const [url, ...rest] = positionals;
  if (values.output === undefined) throw usage('no FILE given');
  if (url === undefined) throw usage('no URL given');
  if (rest.length > 0) throw usage(`one URL at a time, and there are ${positionals.length}`);
  if (values.output === '') throw usage('FILE is empty');
  return {
    kind: 'fetch',
    url,
    output: values.output,
    config: values.config,
    cacert: values.cacert,
    report: values.report,
    quiet: values.quiet ?? false,
    disableDownloadTimeout: values['disable-download-timeout'] ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        output: { type: 'string', short: 'o' },
        config: { type: 'string' },
        cacert: { type: 'string' },
        report: { type: 'string' },
        quiet: { type: 'boolean', short: 'q' },
        'disable-download-timeout': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'V' },
      },
    });
  } catch (error) {
    throw usage((error as Error).message);
  }
}

function usage(message: string): FetchError {
  return new FetchError('usage', message, 'Try "pacman-fetch --help".');
}
