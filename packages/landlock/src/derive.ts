import type { LayerLevels, RequirementLevel } from '@sb/core';

import { levelsReader, pathReader, rulesReader } from './documents.js';
import { documentPlace, refuse } from './errors.js';
import { markMade } from './made.js';
import { featuresOf, type LandlockPolicy, type PolicyPath, type PolicyPathRule } from './options.js';
import type { PathRule } from './paths.js';
import { refuseIdle } from './policy.js';
import { requirePolicy } from './require-policy.js';
import { merged, pathRules } from './rules.js';

/**
 * Returns a policy that grants more paths. Only the added rules are read. A rule that grants nothing beyond another rule for
 * its path is merged with it.
 *
 * @param given - from `policy`; it restricts files
 * @param rules - what stays allowed in addition
 * @throws LandlockError `invalid-policy`, as `policy` for these rules
 */
export function withPaths(given: LandlockPolicy, rules: readonly PathRule[]): LandlockPolicy {
  const policy = requirePolicy(given);
  const read = rulesReader.read(rules, documentPlace('rules'));
  if (read.some(({ quiet }) => quiet === true) && !policy.log.includes('quiet')) {
    refuse('rules are quiet, and the policy has no quiet rule', 'Give the rule to policy().');
  }
  const added = pathRules(read, policy.handled.fs, policy.abi);
  return markMade({ ...policy, paths: Object.freeze(merged([...policy.paths, ...added])) });
}

/**
 * Returns a policy with other paths in its rules, for instance absolute ones. Paths that are bytes stay.
 *
 * @param given - from `policy`
 * @param resolve - returns the new path
 * @throws LandlockError `invalid-policy` for a result that is not a path
 */
export function resolvePaths(given: LandlockPolicy, resolve: (path: string) => string): LandlockPolicy {
  const policy = requirePolicy(given);
  const paths = policy.paths.map((rule) => {
    const { path, ...rest } = rule;
    const resolved = typeof path === 'string' ? resolve(path) : path;
    return resolved === path ? rule : remade(rest, resolved, policy);
  });
  return markMade({ ...policy, paths: Object.freeze(merged(paths.flat())) });
}

function remade(
  rule: Omit<PolicyPathRule, 'path'>,
  path: PolicyPath,
  { handled, abi }: LandlockPolicy,
): PolicyPathRule[] {
  const paths = [pathReader.read(path, documentPlace('path'))];
  return pathRules([{ ...rule, paths }], handled.fs, abi);
}

/**
 * Returns a policy with other levels. `require` must be enforced, `prefer` is enforced if the kernel can, and `off` is not
 * asked for.
 *
 * @param given - from `policy`
 * @param asked - by the names that reports have for features (`fs.truncate`); other features keep their level
 * @throws LandlockError `invalid-policy` for a feature that the policy does not ask for, and if the policy would restrict
 *   nothing
 */
export function withLevels(given: LandlockPolicy, asked: LayerLevels): LandlockPolicy {
  const policy = requirePolicy(given);
  const levels = levelsReader.read(asked, documentPlace('levels'));
  const features = featuresOf(policy).map(([group, name]) => `${group}.${name}`);
  const strange = Object.keys(levels).find((name) => !features.includes(name));
  if (strange !== undefined) {
    refuse(
      `levels name ${JSON.stringify(strange)}, which the policy does not ask for`,
      `It asks for: ${features.join(', ')}.`,
    );
  }
  const isOn = (name: string): boolean => levels[name] !== 'off';
  const left = features.every(isOn) ? policy : reduced(policy, isOn);
  const require = features.filter((name) => (levels[name] ?? levelOf(policy, name)) === 'require');
  return markMade({ ...left, require: Object.freeze(require) });
}

function levelOf({ require }: LandlockPolicy, name: string): RequirementLevel {
  return require.includes(name) ? 'require' : 'prefer';
}

/** The policy without the features that are off, and without what its rules grant of them. */
function reduced(policy: LandlockPolicy, isOn: (name: string) => boolean): LandlockPolicy {
  const keep = <Name extends string>(group: string, names: readonly Name[]): readonly Name[] =>
    Object.freeze(names.filter((name) => isOn(`${group}.${name}`)));
  const handled = Object.freeze({ fs: keep('fs', policy.handled.fs), net: keep('net', policy.handled.net) });
  const granting = <Rule extends { readonly rights: readonly string[] }>(group: string, rules: readonly Rule[]) =>
    Object.freeze(
      rules
        .map((rule) => Object.freeze({ ...rule, rights: keep(group, rule.rights) }))
        .filter(({ rights }) => rights.length > 0),
    );
  const left: LandlockPolicy = {
    ...policy,
    handled,
    scope: keep('scope', policy.scope),
    log: keep('log', policy.log),
    paths: granting('fs', policy.paths),
    ports: granting('net', policy.ports),
  };
  refuseIdle(left);
  return left;
}
