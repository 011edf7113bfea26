import { escaped } from '@sb/core';

import { type Configuration, loadConfiguration } from '../config/configuration.js';
import { optionNames, repositoryDirectives } from '../config/directives.js';
import { ownNames } from '../config/own-directives.js';
import { exitStatus, FetchError } from '../errors.js';
import { type Answer, listing, query, type Query } from './conf-listing.js';
import { printMessage } from '../ui/print-message.js';
import type { ParsedOptions } from '../options/parse.js';
import type { Subcommand } from '../options/command.js';

/** `pacman-fetch conf`: prints the configuration that is in effect, in the format of pacman-conf. */
export const conf: Subcommand = {
  operands: '[DIRECTIVE...]',
  offers: [...optionNames, ...ownNames, ...repositoryDirectives],
  about: `Prints the configuration that is in effect, in the format of pacman-conf, and
then the directives of pacman-fetch, as a section [pacman-fetch]. A single
DIRECTIVE prints only its values. Exit status: 1 unknown name, 2 a mistake in
the configuration, 3 it names a user that does not exist.`,
  options: {
    config: { short: 'c', value: 'FILE', about: 'pacman.conf to read (/etc/pacman.conf)', names: 'file' },
    // As in pacman-conf: an empty value means no root, and none of the directories that follow from it.
    rootdir: { short: 'R', value: 'PATH', about: 'another installation root', names: 'folder', mayBeEmpty: true },
    sysroot: {
      short: 'S',
      value: 'PATH',
      about: 'another system, below whose root all paths are',
      names: 'folder',
      mayBeEmpty: true,
    },
    repo: { short: 'r', value: 'NAME', about: 'ask about this repository', mayBeEmpty: true },
    'repo-list': { short: 'l', about: 'list the repositories' },
    verbose: { short: 'v', about: 'also print the origin of each value' },
  },
  async run(parsed) {
    const { lines, isWhole, warnings } = await answer(parsed);
    for (const text of warnings) printMessage('warning', { text });
    // A program reads the bytes as they are. A terminal would obey escape sequences in them.
    const shown = process.stdout.isTTY ? lines.map(escaped) : lines;
    process.stdout.write(shown.map((line) => `${line}\n`).join(''));
    return isWhole ? exitStatus.done : exitStatus.download;
  },
};

/**
 * Returns what is printed.
 *
 * @throws ConfigError; FetchError `usage`, and `download` for an unknown repository
 */
export async function answer({ operands, values, switches }: ParsedOptions): Promise<Answer> {
  const isList = switches.has('repo-list');
  if (isList && operands.length > 0) throw new FetchError('usage', 'directives may not be specified with --repo-list');
  const configuration = await loadConfiguration({
    config: values.get('config'),
    rootDir: values.get('rootdir'),
    sysroot: values.get('sysroot'),
  });
  const asked = { directives: operands, repository: values.get('repo'), origins: switches.has('verbose') };
  const found = isList ? whole(names(configuration, asked.repository)) : ask(configuration, asked);
  return { ...found, warnings: [...configuration.warnings, ...found.warnings] };
}

function ask(configuration: Configuration, asked: Query): Answer {
  const isAll = asked.directives.length === 0 && asked.repository === undefined;
  return isAll ? whole(listing(configuration, asked.origins)) : query(configuration, asked);
}

function whole(lines: readonly string[]): Answer {
  return { lines, isWhole: true, warnings: [] };
}

function names({ pacman }: Configuration, only: string | undefined): readonly string[] {
  const all = pacman.repositories.map(({ name }) => name);
  return only === undefined ? all : all.filter((name) => name === only);
}
