import { escaped } from '@sb/core';

import { type Configuration, loadConfiguration } from '../config/configuration.js';
import { optionNames, repositoryDirectives } from '../config/directives.js';
import { ownNames } from '../config/own-directives.js';
import { exitStatus, FetchError } from '../errors.js';
import { type Answer, listing, query, type Query } from './conf-listing.js';
import { printMessage } from '../ui/print-message.js';
import type { ParsedOptions } from '../options/parse.js';
import type { Subcommand } from '../options/command.js';

/** `pacman-fetch conf`: the configuration that is in effect, in the format of pacman-conf. */
export const conf: Subcommand = {
  operands: '[DIRECTIVE...]',
  offers: [...optionNames, ...ownNames, ...repositoryDirectives],
  about: `Prints the configuration that is in effect, in the format of pacman-conf, and
then the directives of pacman-fetch, as a section [pacman-fetch]. A single
DIRECTIVE gives its values alone. Exit status: 1 it isn't there, 2 a mistake in
it, 3 it names a user that isn't there.`,
  options: {
    config: { short: 'c', value: 'FILE', about: 'pacman.conf to read (/etc/pacman.conf)', names: 'file' },
    // As pacman-conf has it: no root, and so none of what lies below it.
    rootdir: { short: 'R', value: 'PATH', about: 'another installation root', names: 'folder', mayBeEmpty: true },
    sysroot: {
      short: 'S',
      value: 'PATH',
      about: 'another system, whose paths all begin there',
      names: 'folder',
      mayBeEmpty: true,
    },
    repo: { short: 'r', value: 'NAME', about: 'ask about this repository', mayBeEmpty: true },
    'repo-list': { short: 'l', about: 'list the repositories' },
    verbose: { short: 'v', about: 'also say where each value came from' },
  },
  async run(parsed) {
    const { lines, isWhole, warnings } = await answer(parsed);
    for (const text of warnings) printMessage('warning', { text });
    // A program reads what is written there; a terminal would do what it says.
    const shown = process.stdout.isTTY ? lines.map(escaped) : lines;
    process.stdout.write(shown.map((line) => `${line}\n`).join(''));
    return isWhole ? exitStatus.done : exitStatus.download;
  },
};

/**
 * What is printed.
 *
 * @throws ConfigError; FetchError `usage`, and `download` for a repository that isn't there
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
