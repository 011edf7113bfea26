import { optionsReader } from './documents.js';
import { documentPlace } from './errors.js';
import { type LandlockOptions, pathText } from './options.js';
import { policy } from './policy.js';
import { redundantRules, ungrouped } from './rules.js';

/** Something in options that is allowed, and probably not meant. */
export interface LandlockFinding {
  /** `redundant-rule`: a rule grants nothing for a path beyond what another one grants. */
  readonly code: 'redundant-rule';
  /** The place in the options: `paths[2].paths[0]`. */
  readonly place: string;
  /** The path that it is about. */
  readonly path: string;
  /** What is found, as a clause. */
  readonly message: string;
}

/**
 * Names the rules that grant nothing beyond another one. They do no harm: `policy` leaves them out.
 *
 * @param given - what `policy` takes
 * @throws LandlockError `invalid-policy`, as `policy`
 */
export function lint(given: LandlockOptions): readonly LandlockFinding[] {
  const { handled, abi } = policy(given);
  const { paths = [] } = optionsReader.read(given, documentPlace(''));
  const all = ungrouped(paths, handled.fs, abi);
  const places = paths.flatMap((rule, index) => rule.paths.map((_, at) => `paths[${index}].paths[${at}]`));
  return [...redundantRules(all)].map(([index, other]) => {
    const rule = all[index];
    const path = rule === undefined ? '' : pathText(rule.path);
    return {
      code: 'redundant-rule',
      place: places[index] ?? 'paths',
      path,
      message: `the rule for ${path} grants nothing that ${places[other] ?? 'paths'} does not grant`,
    };
  });
}
