import { type RequirementLevel } from '@sb/core';

import { type Action, allow, errno, killProcess, lets } from './actions.js';
import { type Architecture, architectureNames } from './architectures.js';
import { listAt, objectAt, sortedOnce, wordAt } from './document.js';
import { invalid, seccompError } from './errors.js';
import { type SocketFamily, socketFamilies } from './families.js';
import { groupNames, isGroup } from './groups.js';
import { type Base, baseNames, presets } from './presets.js';
import { actionAt, type Rule, ruleAt, type RuleOptions, type SimpleActionName, syscallAt } from './rules.js';

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

const keys = [
  'layer',
  'base',
  'deny',
  'allow',
  'rules',
  'sockets',
  'denied',
  'unknown',
  'foreign',
  'x32',
  'architectures',
  'level',
];

/** Policies that came from here need no second look. */
const valid = new WeakSet<object>();

/**
 * Validates options, or anything parsed from a document, into a policy. Pure.
 *
 * @throws SeccompError `invalid-policy`, `unknown-syscall`, `unknown-group`, with the place in the options as `path`
 */
export function policy(options: SeccompOptions | SeccompPolicy): SeccompPolicy {
  if (valid.has(options)) return options as SeccompPolicy;
  const fields = objectAt(options, 'policy', keys);
  if (fields['layer'] !== undefined) wordAt(fields['layer'], 'layer', ['seccomp']);
  const base = wordAt(fields['base'], 'base', baseNames);
  const action = (key: string, or: Action) => (fields[key] === undefined ? or : actionAt(fields[key], key));
  // Not `??`: null is no absent key but a mistake, and must not take a default.
  const or = (key: string, other: unknown) => (fields[key] === undefined ? other : fields[key]);
  const made: SeccompPolicy = Object.freeze({
    layer: 'seccomp',
    base,
    deny: sortedOnce(listAt(fields['deny'], 'deny', nameAt)),
    allow: sortedOnce(listAt(fields['allow'], 'allow', nameAt)),
    rules: listAt(fields['rules'], 'rules', ruleAt),
    sockets: socketsAt(or('sockets', presets[base].sockets)),
    denied: deniedAction(action('denied', errno('EPERM'))),
    unknown: action('unknown', errno('ENOSYS')),
    foreign: action('foreign', killProcess),
    x32: action('x32', errno('ENOSYS')),
    architectures: architecturesAt(or('architectures', ['aarch64', 'riscv64', 'x86_64'])),
    level: wordAt(or('level', 'require'), 'level', ['require', 'prefer']),
  });
  const both = made.deny.find((name) => made.allow.includes(name));
  if (both !== undefined) throw invalid('allow', `and deny both name ${both}`, 'Leave one of them out.');
  valid.add(made);
  return made;
}

function nameAt(value: unknown, path: string): string {
  if (typeof value !== 'string' || !value.startsWith('@')) return syscallAt(value, path);
  if (isGroup(value)) return value;
  throw seccompError('unknown-group', 'policy', {
    what: `${path} is no group: ${JSON.stringify(value.slice(0, 60))}`,
    hint: `Use one of: ${groupNames.join(' ')}.`,
    path,
  });
}

function socketsAt(value: unknown): SeccompPolicy['sockets'] {
  if (value === 'any') return value;
  return sortedOnce(listAt(value, 'sockets', (entry, path) => wordAt(entry, path, socketFamilies)));
}

function architecturesAt(value: unknown): readonly Architecture[] {
  const list = listAt(value, 'architectures', (entry, path) => wordAt(entry, path, architectureNames));
  if (list.length === 0) throw invalid('architectures', 'is empty', 'Name at least one, or leave it out.');
  return sortedOnce(list);
}

function deniedAction(action: Action): Action {
  if (!lets(action)) return action;
  throw invalid(
    'denied',
    `is ${action.action}, which denies nothing`,
    `Use base: 'allow-all' if ${allow.action} is meant.`,
  );
}
