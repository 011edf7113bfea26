import type { Configuration } from '../config/configuration.js';
import { matcherOf } from '../config/glob-pattern.js';
import { textsOf } from '../config/values.js';
import type { PacmanCommand } from './command-line.js';
import { type Offered, parseOffered, questionOf } from './questions.js';
import { portionsOf } from './portions.js';
import { runPacman } from './run-pacman.js';

/** A transaction that pacman has listed. */
export interface Listed {
  readonly command: PacmanCommand;
  /** Packages as `REPOSITORY/NAME`. */
  readonly packages: readonly string[];
  /** Options that set directories. */
  readonly options: readonly string[];
}

/** Stands for a question if pacman's output does not rule one out. */
const unknown = 'the transaction';

/**
 * Returns what the pacman that runs a transaction may ask about. When pacman lists a transaction, it answers questions
 * itself.
 *
 * @param signal - stops the query
 * @returns undefined if pacman has no question, as with `--noconfirm`
 * @throws the reason of the signal if it is aborted; FetchError `download` for a hostile database
 */
export async function questionBeforehand(
  configuration: Configuration,
  { command, packages, options }: Listed,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (command.switches.has('noconfirm') || packages.length === 0) return undefined;
  const ask = async (operation: string, words: readonly string[]): Promise<string | undefined> => {
    let output = '';
    for (const portion of portionsOf(words)) {
      const result = await runPacman([operation, ...options, '--', ...portion], signal);
      // The status reports a missing dependency, or that nothing is installed. Warnings concern its configuration.
      if (result === undefined || /^error: /m.test(result.stderr)) return undefined;
      output += result.stdout;
    }
    return output;
  };
  const described = await ask('-Si', packages);
  const installed = await ask('-Qq', []);
  if (described === undefined || installed === undefined) return unknown;
  const offered = parseOffered(described);
  if (offered.length < packages.length) return unknown;
  const depends = [...new Set(offered.flatMap((one) => one.depends))];
  const unsatisfied = depends.length === 0 ? '' : await ask('-T', depends);
  if (unsatisfied === undefined) return unknown;
  return questionOf({
    targets: command.targets,
    isUpgrade: command.switches.has('sysupgrade'),
    offered,
    installed: new Set(linesOf(installed)),
    unsatisfied: linesOf(unsatisfied),
    isIgnored: ignoring(configuration, command),
  });
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

function ignoring(configuration: Configuration, { values }: PacmanCommand): (one: Offered) => boolean {
  const wordsOf = (option: string): readonly string[] =>
    (values.get(option) ?? []).flatMap((words) => words.split(',')).filter((word) => word !== '');
  const matchers = (words: readonly string[]) => words.map(matcherOf);
  const packages = matchers([...textsOf(configuration, 'IgnorePkg'), ...wordsOf('ignore')]);
  const groups = matchers([...textsOf(configuration, 'IgnoreGroup'), ...wordsOf('ignoregroup')]);
  return (one) =>
    packages.some((matches) => matches(one.name)) ||
    groups.some((matches) => one.groups.some((group) => matches(group)));
}
