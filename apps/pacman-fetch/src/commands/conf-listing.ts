import { nearest } from '@sb/core';

import type { Configuration } from '../config/configuration.js';
import { optionDirectives, optionNames, repositoryDirectives } from '../config/directives.js';
import { suggestion } from '../config/problem.js';
import type { Repository } from '../config/repository.js';
import { type Effective, effective } from '../config/effective.js';
import { FetchError } from '../errors.js';
import { type Entry, entryLines } from './conf-text.js';

/** The question to `conf`. */
export interface Query {
  /** In upper or lower case; empty: all directives of the repository. */
  readonly directives: readonly string[];
  /** Name of a repository; undefined for `[options]`. */
  readonly repository: string | undefined;
  readonly origins: boolean;
}

/** The answer to a query. */
export interface Answer {
  readonly lines: readonly string[];
  /** Whether everything that was asked for exists. */
  readonly isWhole: boolean;
  readonly warnings: readonly string[];
}

/** Name of the section in which the directives of pacman-fetch are printed, after all that pacman-conf prints. */
const ownSection = 'pacman-fetch';

/** Lists everything, section by section. */
export function listing(configuration: Configuration, origins: boolean): readonly string[] {
  const style = { keys: true, origins };
  const section = (name: string, entries: readonly Entry[]) => [
    `[${name}]`,
    ...entries.flatMap((entry) => entryLines(entry, style)),
  ];
  const repositories = configuration.pacman.repositories.map((one) => section(one.name, entriesOf(one)));
  const { values, nobody } = effective(configuration);
  return [
    ...section('options', optionEntries(configuration)),
    ...repositories.flat(),
    ...section(ownSection, ownEntries(values)),
    ...(origins && nobody !== undefined ? [`# no SandboxUser: ${nobody}`] : []),
  ];
}

/**
 * Lists some directives, or all directives of a repository.
 *
 * @throws FetchError `download` (status 1, as pacman-conf) for an unknown repository
 */
export function query(configuration: Configuration, { directives, repository, origins }: Query): Answer {
  const entries = repository === undefined ? allEntries(configuration) : entriesOf(named(configuration, repository));
  const style = { keys: origins || directives.length !== 1, origins };
  if (directives.length === 0) {
    return { lines: entries.flatMap((entry) => entryLines(entry, style)), isWhole: true, warnings: [] };
  }
  const lines: string[] = [];
  const warnings: string[] = [];
  for (const directive of directives) {
    const entry = entries.find(({ key }) => key.toLowerCase() === directive.toLowerCase());
    if (entry !== undefined) lines.push(...entryLines(entry, style));
    else if (directive.toLowerCase() === 'include') warnings.push("'Include' directives cannot be queried");
    else warnings.push(unknownDirective(directive, entries));
  }
  return { lines, isWhole: warnings.length === 0, warnings };
}

function unknownDirective(directive: string, entries: readonly Entry[]): string {
  const meant = nearest(
    directive,
    entries.map(({ key }) => key),
  );
  return `unknown directive '${directive}'${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}

function named({ pacman }: Configuration, name: string): Repository {
  const found = pacman.repositories.find((one) => one.name === name);
  if (found !== undefined) return found;
  const meant = nearest(
    name,
    pacman.repositories.map((one) => one.name),
  );
  throw new FetchError('download', `repo '${name}' not configured`, suggestion(meant));
}

function optionEntries({ pacman }: Configuration): readonly Entry[] {
  return optionNames.map((key) => ({
    key,
    isSwitch: optionDirectives[key] === 'switch',
    values: pacman.options.get(key) ?? [],
  }));
}

function ownEntries(values: Effective['values']): readonly Entry[] {
  return Array.from(values, ([key, own]) => ({ key, isSwitch: false, values: own }));
}

/**
 * Directives that can be queried without a repository. Here XferCommand is pacman's; that of pacman-fetch is only in
 * its section.
 */
function allEntries(configuration: Configuration): readonly Entry[] {
  return [...optionEntries(configuration), ...ownEntries(effective(configuration).values)];
}

function entriesOf({ values }: Repository): readonly Entry[] {
  return repositoryDirectives.map((key) => ({ key, isSwitch: false, values: values[key] }));
}
