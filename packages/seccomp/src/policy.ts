import type { LayerLevels, RequirementLevel } from '@sb/core';

import { type Action, errno, killProcess } from './actions.js';
import type { Architecture } from './architectures.js';
import { levelsReader, policyReader } from './documents.js';
import { documentPlace } from './errors.js';
import type { SocketFamily } from './families.js';
import { type Base, presets } from './presets.js';
import type { Rule, RuleOptions, SimpleActionName } from './rules.js';

/** What {@link policy} takes. Everything but `base` may be left out. */
export interface SeccompOptions {
  /** The starting point. */
  readonly base: Base;
  /** Calls and `@groups` to deny as well. A name outweighs a group, and among groups `deny` outweighs `allow`. */
  readonly deny?: readonly string[];
  /** Calls and `@groups` to allow as well. A preset's rules on a call's arguments stay; put a rule of your own. */
  readonly allow?: readonly string[];
  /** Rules on arguments. For one call the first that holds decides; they come before those of the starting point. */
  readonly rules?: readonly RuleOptions[];
  /** The only address families of `socket(2)` and `socketpair(2)`; others fail with `EAFNOSUPPORT`. */
  readonly sockets?: readonly SocketFamily[] | 'any';
  /** For known calls that are denied. Default: `errno('EPERM')`; `clone3` fails with `ENOSYS` then. */
  readonly denied?: Action | SimpleActionName;
  /** For numbers that the tables have no name for. Default: `errno('ENOSYS')`, so that programs fall back. */
  readonly unknown?: Action | SimpleActionName;
  /** For calls of architectures that are not listed. Default: `killProcess`. */
  readonly foreign?: Action | SimpleActionName;
  /** For calls of x86-64's second table. Default: `errno('ENOSYS')`. */
  readonly x32?: Action | SimpleActionName;
  /** Whose calls are filtered by name. Default: `x86_64`, `aarch64`, `riscv64`; `i386` is foreign unless listed. */
  readonly architectures?: readonly Architecture[];
  /** Level of the layer. Default: `require`. */
  readonly level?: Exclude<RequirementLevel, 'off'>;
}

/** A validated, frozen, JSON-serialisable policy. {@link policy} of it gives the same again. */
export interface SeccompPolicy {
  readonly layer: 'seccomp';
  readonly base: Base;
  readonly deny: readonly string[];
  readonly allow: readonly string[];
  readonly rules: readonly Rule[];
  readonly sockets: readonly SocketFamily[] | 'any';
  readonly denied: Action;
  readonly unknown: Action;
  readonly foreign: Action;
  readonly x32: Action;
  readonly architectures: readonly Architecture[];
  readonly level: Exclude<RequirementLevel, 'off'>;
}

/** What was read of options or of a policy; what is left out has no entry. */
export type SeccompFields = Pick<SeccompPolicy, 'base'> & Partial<SeccompPolicy>;

/** Policies that came from here need no second look. */
const valid = new WeakSet<object>();

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
 * A policy with another level.
 *
 * @param given - from {@link policy}
 * @param levels - of `filter`, the one feature that has a level
 * @throws SeccompError `invalid-policy` for what has no level here
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

/** A list's entries, each once, in order. */
function sortedOnce<Entry extends string>(list: readonly Entry[]): readonly Entry[] {
  return Object.freeze([...new Set(list)].sort());
}
