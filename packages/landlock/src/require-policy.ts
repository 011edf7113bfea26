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
 * Checks a policy as a whole, wherever it comes from: it may have travelled as JSON. Every verb that takes a policy
 * calls this before anything else.
 *
 * It turns the policy back into options, makes a policy of those and compares: one that could not have been made is
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
  return refuse('this is no landlock policy', 'Make it with policy().', 'policy');
}

/** The options that a policy was made of. */
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
    // Without file rights there were no paths; where there are some after all, the comparison finds them.
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
