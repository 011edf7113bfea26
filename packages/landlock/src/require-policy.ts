import { isDeepStrictEqual } from 'node:util';

import { refuse } from './errors.js';
import { isMade } from './made.js';
import {
  type LandlockOptions,
  type LandlockPolicy,
  type LogOptions,
  type NetOptions,
  netOptionOf,
  type PolicyPathRule,
} from './options.js';
import type { PathRule } from './paths.js';
import { policy } from './policy.js';

/**
 * Checks a whole policy, which may have travelled as JSON. Every function that takes a policy calls this first.
 *
 * It turns the policy back into options, makes a policy from those and compares. A policy that could not have been made is
 * refused.
 *
 * @returns the same policy, as `policy` would have made it
 * @throws LandlockError `invalid-policy`
 */
export function requirePolicy(given: LandlockPolicy): LandlockPolicy {
  if (isMade(given)) return given;
  const made = remake(given);
  if (!isDeepStrictEqual(JSON.parse(JSON.stringify(made)), JSON.parse(JSON.stringify(given)))) notOne();
  return made;
}

function remake(given: LandlockPolicy): LandlockPolicy {
  try {
    return policy(optionsOf(given));
  } catch (error) {
    // A policy that lacks a part fails in as many ways as it has parts.
    if (error instanceof TypeError) return notOne();
    throw error;
  }
}

function notOne(): never {
  return refuse('this is not a landlock policy', 'Make it with policy().', 'policy');
}

/** Returns the options from which a policy was made. */
function optionsOf({ abi, handled, paths, ports, scope, require, log }: LandlockPolicy): LandlockOptions {
  const portsOf = (right: string) => ports.filter(({ rights }) => rights.some((name) => name === right));
  const net = handled.net.map((right) => [netOptionOf[right] ?? right, portsOf(right).map(({ port }) => port)]);
  const logs: LogOptions = {
    sameExec: !log.includes('same_exec_off'),
    newExec: log.includes('new_exec_on'),
    subdomains: !log.includes('subdomains_off'),
  };
  return {
    abi,
    // Without file rights a policy has no paths. If it has some, the comparison finds them.
    ...(handled.fs.length > 0 ? { handle: handled.fs, paths: paths.map(ruleOf) } : {}),
    net: Object.fromEntries(net) as NetOptions,
    scope,
    require,
    log: logs,
  };
}

function ruleOf({ path, rights, optional, quiet, exact, file }: PolicyPathRule): PathRule {
  return {
    paths: [typeof path === 'string' ? path : Buffer.from(path.base64, 'base64')],
    rights,
    optional,
    quiet,
    exact,
    file,
  };
}
