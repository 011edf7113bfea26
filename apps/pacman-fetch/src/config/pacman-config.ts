import { machine } from 'node:os';

import { nearest } from '@sb/core';

import { type OptionName, optionNames, repositoryDirectives } from './directives.js';
import { optionDefaults, OptionsReader } from './options-reader.js';
import { byDefault, type Value } from './place.js';
import type { Problem } from './problem.js';
import { type Repository, RepositoryReader } from './repository.js';
import type { Directive, Section, Sections } from './sections.js';
import { defaultSigLevel, isSaid, mergeSigLevel, type SigLevel, sigLevelValues } from './sig-level.js';
import { underSystemRoot } from './system-root.js';

/** pacman.conf as pacman understands it. Every value has its origin. */
export interface PacmanConfig {
  /** By key, with defaults, as pacman-conf prints them. A directive that is not set and has no default is absent. */
  readonly options: ReadonlyMap<OptionName, readonly Value[]>;
  /** In the order of the files. A section that occurs twice is listed twice, as in pacman. */
  readonly repositories: readonly Repository[];
  /** Which signatures packages and databases need if a repository does not set it. */
  readonly sigLevel: SigLevel;
  /** pacman's warnings about unknown directives, each with the directive that was probably meant. */
  readonly warnings: readonly string[];
  readonly problems: readonly Problem[];
}

/** What the command line and pacman-fetch's directives add. */
export interface PacmanConfigOptions {
  /** `--rootdir`. */
  readonly rootDir?: string | undefined;
  /** `--arch`, which comes before Architecture: `$arch` is replaced by it. */
  readonly architecture?: string | undefined;
  /** `--sysroot`: the root of all paths. */
  readonly sysroot?: string | undefined;
  /** Reads a directive of `[options]` that pacman does not know; true if pacman-fetch knows it. */
  readonly takeOther?: (directive: Directive) => boolean;
}

/**
 * Interprets sections as pacman does. Pure, except for the machine's architecture.
 *
 * @param parsed - from `readSections`
 */
export function pacmanConfig(parsed: Sections, given: PacmanConfigOptions = {}): PacmanConfig {
  const { takeOther } = given;
  const warnings: string[] = [];
  const options = new OptionsReader();
  const repositories: RepositoryReader[] = [];
  for (const section of parsed.sections) {
    const isOptions = section.name === 'options';
    const reader = isOptions ? options : new RepositoryReader(section);
    if (reader instanceof RepositoryReader) repositories.push(reader);
    for (const directive of section.directives) {
      if (reader.take(directive) || (isOptions && takeOther?.(directive) === true)) continue;
      warnings.push(notRecognized(directive, section));
    }
  }
  const values = withDefaults(options, given);
  const architecture = given.architecture ?? values.get('Architecture')?.[0]?.text;
  const { SigLevel: sigLevel } = options.sigLevels;
  const finished = repositories.map((one) => one.finish(sigLevel, architecture === 'auto' ? machine() : architecture));
  return {
    options: values,
    repositories: finished,
    sigLevel: mergeSigLevel(defaultSigLevel, sigLevel),
    warnings,
    problems: [...parsed.problems, ...options.problems, ...repositories.flatMap(({ problems }) => problems)],
  };
}

/** The sentence of pacman, and a suggestion. */
function notRecognized({ key, file, line }: Directive, { name }: Section): string {
  const meant = nearest(key, name === 'options' ? optionNames : repositoryDirectives);
  const hint = meant === undefined || meant === key ? '' : ` Did you mean ${meant}?`;
  return `config file ${file}, line ${line}: directive '${key}' in section '${name}' not recognized.${hint}`;
}

/** Options whose values are paths. */
const paths = ['RootDir', 'DBPath', 'CacheDir', 'HookDir', 'GPGDir', 'LogFile'] as const;

function withDefaults({ values, sigLevels }: OptionsReader, { rootDir, sysroot }: PacmanConfigOptions) {
  const all = new Map<OptionName, readonly Value[]>(optionDefaults.map(([name, value]) => [name, [value]]));
  for (const [name, given] of values) all.set(name, given);
  if (rootDir !== undefined) all.set('RootDir', [{ text: rootDir, origin: { kind: 'option', name: '--rootdir' } }]);
  const [root] = all.get('RootDir') ?? [];
  if (root === undefined) all.set('RootDir', [{ text: '/', origin: byDefault }]);
  for (const [name, path] of [
    ['DBPath', 'var/lib/pacman/'],
    ['LogFile', 'var/log/pacman.log'],
  ] as const) {
    if (!all.has(name)) all.set(name, [below(root, path)]);
  }
  for (const name of paths) {
    const moved = (all.get(name) ?? []).map(({ text, origin }) => ({ text: underSystemRoot(sysroot, text), origin }));
    if (moved.length > 0) all.set(name, moved);
  }
  const sigLevel = mergeSigLevel(defaultSigLevel, sigLevels.SigLevel);
  all.set('SigLevel', sigLevelValues(sigLevel));
  for (const name of ['LocalFileSigLevel', 'RemoteFileSigLevel'] as const) {
    const own = sigLevels[name];
    if (isSaid(own)) all.set(name, sigLevelValues(mergeSigLevel(sigLevel, own), ['Package']));
  }
  return all;
}

/** A path of the default that RootDir moves. */
function below(root: Value | undefined, path: string): Value {
  if (root === undefined) return { text: `/${path}`, origin: byDefault };
  const text = root.text.endsWith('/') ? `${root.text}${path}` : `${root.text}/${path}`;
  return { text, origin: { kind: 'inferred', from: 'RootDir' } };
}
