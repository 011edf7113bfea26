import { optionsReader } from './documents.js';
import { documentPlace } from './errors.js';
import { type LandlockOptions, pathText } from './options.js';
import { policy } from './policy.js';
import { replaceableRules } from './replaceable.js';
import { redundantRules, ungrouped } from './rules.js';

/** A part of options that is valid and probably a mistake. */
export interface LandlockFinding {
  /**
   * - `redundant-rule`: a rule grants nothing for a path beyond what another rule grants. It is harmless: `policy` leaves
   *   it out.
   * - `replaceable-path`: by another rule the program can replace what a rule names. The rule then grants the new file at
   *   its next start.
   */
  readonly code: 'redundant-rule' | 'replaceable-path';
  /** The place in the options: `paths[2].paths[0]`. */
  readonly place: string;
  /** The path that it concerns. */
  readonly path: string;
  /** The finding, as a clause. */
  readonly message: string;
}

/**
 * Names the rules that grant nothing beyond another rule, and those whose path another rule lets the program replace.
 *
 * @param given - the options of `policy`
 * @throws LandlockError `invalid-policy`, as `policy`
 */
export function lint(given: LandlockOptions): readonly LandlockFinding[] {
  const { handled, abi } = policy(given);
  const { paths = [] } = optionsReader.read(given, documentPlace(''));
  const all = ungrouped(paths, handled.fs, abi);
  const places = paths.flatMap((rule, index) => rule.paths.map((_, at) => `paths[${index}].paths[${at}]`));
  const found = (
    code: LandlockFinding['code'],
    rules: ReadonlyMap<number, number>,
    say: (path: string, by: string) => string,
  ): readonly LandlockFinding[] =>
    [...rules].map(([index, other]) => {
      const rule = all[index];
      const path = rule === undefined ? '' : pathText(rule.path);
      return { code, place: places[index] ?? 'paths', path, message: say(path, places[other] ?? 'paths') };
    });
  return [
    ...found('redundant-rule', redundantRules(all), redundant),
    ...found('replaceable-path', replaceableRules(all), replaceable),
  ];
}

function redundant(path: string, by: string): string {
  return `the rule for ${path} grants nothing that ${by} does not grant`;
}

function replaceable(path: string, by: string): string {
  return `by ${by} the program can replace ${path}, and the rule grants the new file at its next start`;
}
