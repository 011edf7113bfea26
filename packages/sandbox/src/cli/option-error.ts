import { capabilityName } from '@sb/caps';
import { nearest, type SandboxError } from '@sb/core';
import { expandGroup, groupNames } from '@sb/seccomp';

import { levelLayers } from '../policy/levels.js';
import type { Arguments } from './arguments.js';
import type { OptionName } from './options.js';
import { misuse } from './usage-error.js';

/** How many capabilities have a name (linux/capability.h, Linux 5.9). */
const capabilities = 41;

const capabilityNames = (): readonly string[] =>
  Array.from({ length: capabilities }, (_, number) => capabilityName(number));
const callNames = (): readonly string[] => [
  ...groupNames,
  ...new Set(groupNames.flatMap((group) => Array.from(expandGroup(group).keys()))),
];
const layerNames = (): readonly string[] => levelLayers;

/** Where a place in the policy comes from, and the words that could have been meant. */
const places: readonly (readonly [place: string, option: OptionName, words?: () => readonly string[]])[] = [
  ['landlock.net.connectTcp', 'connect-tcp'],
  ['landlock.net.bindTcp', 'bind-tcp'],
  ['landlock.scope', 'scope'],
  ['seccomp.deny', 'deny', callNames],
  ['seccomp.allow', 'allow', callNames],
  ['caps.keep', 'caps', capabilityNames],
  ['require', 'require', layerNames],
  ['prefer', 'prefer', layerNames],
  ['off', 'off', layerNames],
  ['rlimits', 'rlimit'],
  ['keepDescriptors', 'keep-fd'],
  ['unix', 'unix'],
  ['env', 'env'],
  ['cwd', 'cwd'],
  ['profile', 'profile'],
  ['home', 'tmp-home'],
  ['umask', 'umask'],
];

/**
 * Says of an error about a policy which option it is about: who wrote options has not seen the policy that they make.
 *
 * @param error - of a policy that the command line alone has made
 * @param args - the command line
 * @throws UsageError with the option, its value and, where a word is like it, what could have been meant; nothing where the error is
 *   about no option's value
 */
export function blameOption({ layer, message, hint = '' }: SandboxError, args: Arguments): void {
  const what = message.slice(`${layer}: `.length, hint === '' ? -1 : -(hint.length + 2));
  // Every message about a policy begins with the place.
  const [path = ''] = what.split(' ');
  const [, place = '', index, key] = /^([\w.]*?)(?:\[(\d+)\]|\.(\w+))?$/.exec(path) ?? [];
  const found = places.find(([one]) => one === place || one === path);
  if (found === undefined) return;
  const [, option, words] = found;
  if (!args.has(option)) return;
  const value = index === undefined ? key : args.list(option)[Number(index)];
  const guess = guessOf(value, words?.() ?? []);
  const clause = withoutValue(what.slice(path.length).trim());
  misuse(`--${option}${value === undefined ? '' : ` ${value}`} ${clause}`, `${guess}${hint}`);
}

/** A capability is often written without what all of them begin with. */
function guessOf(value: string | undefined, words: readonly string[]): string {
  if (value === undefined) return '';
  const full = words.includes(`cap_${value}`) ? `cap_${value}` : undefined;
  const meant = full ?? nearest(value, words) ?? nearest(`cap_${value}`, words);
  return meant === undefined ? '' : `Did you mean ${meant}? `;
}

/** The value stands before the clause already. */
function withoutValue(clause: string): string {
  return clause.replace(/: (?:"(?:[^"\\]|\\.)*"|-?\d+)$/, '');
}
