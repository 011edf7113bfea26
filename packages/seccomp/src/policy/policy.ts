import type { LayerLevels } from '@sb/core';

import { errno, killProcess } from './actions.js';
import { levelsReader, policyReader } from './documents.js';
import { documentPlace } from '../errors.js';
import type { SeccompOptions, SeccompPolicy } from './options.js';
import { presets } from './presets.js';

/** Policies that were created here need no second check. */
const valid = new WeakSet<object>();

/** Takes a copy of a policy from here for one that needs no check. */
export function trusted(made: SeccompPolicy): SeccompPolicy {
  valid.add(made);
  return made;
}

/**
 * Validates options, or anything parsed from a document, into a policy. Pure.
 *
 * @throws SeccompError `invalid-policy`, `unknown-syscall`, `unknown-group`, with the place in the options as `path`
 */
export function policy(options: SeccompOptions | SeccompPolicy): SeccompPolicy {
  if (valid.has(options)) return options as SeccompPolicy;
  const read = policyReader.read(options, documentPlace());
  const { base } = read;
  const made: SeccompPolicy = Object.freeze({
    layer: 'seccomp',
    base,
    deny: sortedOnce(read.deny ?? []),
    allow: sortedOnce(read.allow ?? []),
    rules: read.rules ?? Object.freeze([]),
    sockets: socketsOf(read.sockets ?? presets[base].sockets),
    denied: read.denied ?? errno('EPERM'),
    unknown: read.unknown ?? errno('ENOSYS'),
    foreign: read.foreign ?? killProcess,
    x32: read.x32 ?? errno('ENOSYS'),
    architectures: sortedOnce(read.architectures ?? ['aarch64', 'riscv64', 'x86_64']),
    level: read.level ?? 'require',
  });
  valid.add(made);
  return made;
}

/**
 * Returns a policy with another level.
 *
 * @param given - from {@link policy}
 * @param levels - of `filter`, the one feature that has a level
 * @throws SeccompError `invalid-policy` for a feature without a level
 */
export function withLevels(given: SeccompPolicy, levels: LayerLevels): SeccompPolicy {
  const policed = policy(given);
  const { filter: level = policed.level } = levelsReader.read(levels, documentPlace());
  if (level === policed.level) return policed;
  const made = Object.freeze({ ...policed, level });
  valid.add(made);
  return made;
}

function socketsOf(sockets: SeccompPolicy['sockets']): SeccompPolicy['sockets'] {
  return sockets === 'any' ? sockets : sortedOnce(sockets);
}

/** The entries of a list, each once, in order. */
function sortedOnce<Entry extends string>(list: readonly Entry[]): readonly Entry[] {
  return Object.freeze([...new Set(list)].sort());
}
