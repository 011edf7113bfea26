import { capabilityName } from '@sb/caps';
import { nearest, type SandboxError } from '@sb/core';
import { expandGroup, namesOfGroups } from '@sb/seccomp';

import { levelLayers } from '../policy/levels.js';
import type { Arguments } from './arguments.js';
import type { OptionName } from './options.js';
import { misuse } from './usage-error.js';

/** How many capabilities have a name (linux/capability.h, Linux 5.9). */
const capabilities = 41;

const capabilityNames = (): readonly string[] =>
  Array.from({ length: capabilities }, (_, number) => capabilityName(number));
const callNames = (): readonly string[] => [
  ...namesOfGroups(),
  ...new Set(namesOfGroups().flatMap((group) => Array.from(expandGroup(group).keys()))),
];
const layerNames = (): readonly string[] => levelLayers;

/** Which option sets a place in the policy, and the words that could have been meant. */
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
  ['cgroup.memory', 'memory'],
  ['cgroup.pids', 'pids'],
  ['cgroup.cpu', 'cpu'],
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
 * Names the option in an error about a policy: the author of the options has not seen the policy that they make.
 *
 * @param error - of a policy that only the command line has made
 * @param args - the command line
 * @throws UsageError with the option, its value and, for a similar word, what could have been meant; it returns if the
 *   error does not concern the value of an option
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
  // An option as a whole has no value in the message: its name would be there twice.
  const own = place === found[0] ? key : undefined;
  const value = index === undefined ? own : args.list(option)[Number(index)];
  const guess = guessOf(value, words?.() ?? []);
  const clause = withOption(withoutValue(what.slice(path.length).trim()), args);
  misuse(`--${option}${value === undefined ? '' : ` ${value}`} ${clause}`, `${guess}${hint}`);
}

/** A capability is often written without the common prefix. */
function guessOf(value: string | undefined, words: readonly string[]): string {
  if (value === undefined) return '';
  const full = words.includes(`cap_${value}`) ? `cap_${value}` : undefined;
  const meant = full ?? nearest(value, words) ?? nearest(`cap_${value}`, words);
  return meant === undefined || meant === value ? '' : `Did you mean ${meant}? `;
}

/** A second option that a clause names, as in `and deny both name mount`, if it was given. */
function withOption(clause: string, args: Arguments): string {
  return clause.replace(/^and (deny|require|prefer) both name /, (all, other: OptionName) =>
    args.has(other) ? `and --${other} both name ` : all,
  );
}

/** The value is in the text before the clause already. */
function withoutValue(clause: string): string {
  return clause.replace(/: (?:"(?:[^"\\]|\\.)*"|-?\d+)$/, '');
}
