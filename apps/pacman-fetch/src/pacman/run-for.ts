import { closeSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { isProgram } from '@sb/files';

import { FetchError } from '../errors.js';
import type { ParsedOptions } from '../options/parse.js';
import type { PacmanCommand } from './command-line.js';
import { openConfiguration } from './configuration-file.js';
import { runThrough } from './run-through.js';
import type { Steps } from './steps.js';

/** A command line of pacman, unchanged and as it was understood. */
export interface Understood {
  readonly args: readonly string[];
  /** Undefined if it could not be read. */
  readonly command: PacmanCommand | undefined;
  readonly steps: Steps;
}

const defaultConfig = '/etc/pacman.conf';

/**
 * Runs the real pacman. If pacman may have something left to download, it gets a configuration whose XferCommand is
 * this program. So pacman never parses network data itself, even if the user's pacman.conf has no XferCommand.
 *
 * @param ours - the options that the command of pacman-fetch got
 * @param understood - the original arguments of pacman
 * @param words - the arguments with which it runs
 * @returns its exit status
 * @throws FetchError `usage`, `file`
 */
export async function runPacmanFor(
  ours: ParsedOptions,
  { args, command, steps }: Understood,
  words: readonly string[],
): Promise<number> {
  if (!steps.mayDownload) return await runThrough(words);
  if (command?.values.has('sysroot') === true) throw elsewhere();
  const config = command === undefined ? writtenConfig(args) : command.values.get('config')?.at(-1);
  const opened = openConfiguration(config ?? defaultConfig, xferCommand(ours, { config, command, steps }));
  try {
    return await runThrough(words, opened);
  } finally {
    closeSync(opened);
  }
}

/** This program as an XferCommand, with the same options. */
function xferCommand(
  { switches, values }: ParsedOptions,
  { config, command, steps }: Omit<Understood, 'args'> & { readonly config: string | undefined },
): readonly string[] {
  const cacert = values.get('cacert');
  const color = command?.values.get('color')?.at(-1);
  return [
    ...ownProgram(),
    'xfer',
    // pacman runs it in another directory.
    ...(config === undefined ? [] : ['--config', resolve(config)]),
    ...(cacert === undefined ? [] : ['--cacert', resolve(cacert)]),
    ...(color === undefined ? [] : ['--color', color]),
    ...['quiet', 'json'].flatMap((name) => (switches.has(name) ? [`--${name}`] : [])),
    ...['disable-download-timeout', 'noprogressbar'].flatMap((name) =>
      command?.switches.has(name) === true ? [`--${name}`] : [],
    ),
    ...(steps.isPrefetched ? ['--from-cache'] : []),
    '%u',
  ];
}

/** The starter of this program, if it is installed with one: then one process downloads for all calls. */
function ownProgram(): readonly string[] {
  const [, program = ''] = process.argv;
  const starter = join(dirname(program), '..', 'start');
  return isProgram(starter) ? [starter] : [process.execPath, program];
}

/** `--config` of a command line with an unknown option. */
function writtenConfig(args: readonly string[]): string | undefined {
  const at = args.findLastIndex((word) => /^--config(?:=|$)/.test(word));
  const word = args[at];
  return word === '--config' ? args[at + 1] : word?.slice('--config='.length);
}

function elsewhere(): FetchError {
  const hint = 'Run pacman-fetch within that system: "chroot DIRECTORY pacman-fetch ...".';
  return new FetchError('usage', 'downloads with --sysroot are not supported', hint);
}
