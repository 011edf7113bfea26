/** What options and policies of this layer may hold, as tables. */
import {
  checked,
  custom,
  either,
  integer,
  isText,
  isTextOrNumber,
  list,
  object,
  type Reader,
  required,
  shown,
  tagged,
  word,
} from '@sb/core/document';

import { type Action, actionData, actionNames, canonicalErrno } from './actions.js';
import { architectureNames } from './architectures.js';
import { comparisons, type Condition, condition } from './conditions.js';
import { seccompError } from './errors.js';
import { type SocketFamily, socketFamilies } from './families.js';
import { errnoNames, maxErrno } from './errnos.js';
import { groupNames, isGroup } from './groups.js';
import { narrow, wide } from './numbers.js';
import type { SeccompFields } from './policy.js';
import { baseNames } from './presets.js';
import type { Rule } from './rules.js';
import { isSyscall, syscallNames } from './syscalls.js';

/** Names of calls that only other architectures have are accepted; they filter nothing here. */
const syscall = custom({
  expected: 'a system call',
  schema: { enum: syscallNames },
  is: isText,
  read: (value, path): string => {
    if (isSyscall(value)) return value;
    throw seccompError('unknown-syscall', 'policy', {
      what: `${path} is not a system call: ${shown(value)}`,
      hint: 'Give a name as in the kernel headers, without "__NR_"; groups start with "@".',
      path,
    });
  },
});

const group = custom({
  expected: 'a group of system calls',
  schema: { enum: groupNames },
  is: isText,
  read: (value, path): string => {
    if (isGroup(value)) return value;
    throw seccompError('unknown-group', 'policy', {
      what: `${path} is not a group: ${shown(value)}`,
      hint: `Use one of: ${groupNames.join(' ')}.`,
      path,
    });
  },
});

const callOrGroup: Reader<string> = {
  ...either(group, syscall),
  read: (value, place) => (typeof value === 'string' && value.startsWith('@') ? group : syscall).read(value, place),
};

const errno = required(
  custom({
    expected: 'a Linux error',
    schema: { anyOf: [{ enum: errnoNames }, { type: 'integer', minimum: 1, maximum: maxErrno }] },
    is: isTextOrNumber,
    read: canonicalErrno,
  }),
);
const data = custom({
  expected: 'a 16-bit number',
  schema: { type: 'integer', minimum: 0, maximum: 0xffff },
  is: (value): value is number => typeof value === 'number',
  read: actionData,
});

const actionObject = checked(
  tagged<Action>('action', {
    ...Object.fromEntries(actionNames.map((name) => [name, {}])),
    errno: { errno },
    trap: { data },
    trace: { data },
  }),
  withData,
);

/** An action: its name where that is enough, or an object with its data. */
export const actionReader: Reader<Action> = either(
  actionObject,
  checked(word(actionNames), (action, place) => {
    if (action === 'errno')
      place.key('errno').refuse('is missing', 'Give an object: { action: "errno", errno: "EPERM" }.');
    return withData({ action } as Action);
  }),
);

function withData(action: Action): Action {
  const isBare = (action.action === 'trap' || action.action === 'trace') && !Object.hasOwn(action, 'data');
  return Object.freeze(isBare ? { ...action, data: 0 } : action);
}

const argument = required(integer({ min: 0, max: 5, what: 'an argument' }));

/** A condition: of how many bits its numbers are, and whether it has a mask, is said by its comparison. */
const conditionReader = checked(
  tagged<Condition>(
    'compare',
    Object.fromEntries(
      comparisons.map((compare) => {
        const value = required<number | string>(compare.endsWith('32') ? narrow : wide);
        return [compare, { arg: argument, value, ...(compare.startsWith('masked') ? { mask: value } : {}) }];
      }),
    ),
  ),
  condition,
);

const rule: Reader<Rule> = checked(
  object<Omit<Rule, 'when'> & { readonly when?: readonly Condition[] }>({
    syscall: required(syscall),
    when: list(conditionReader, { max: 48, what: 'a list of conditions' }),
    action: required(actionReader),
  }),
  (read) => Object.freeze({ syscall: read.syscall, when: read.when ?? Object.freeze([]), action: read.action }),
);

const calls = list(callOrGroup, { what: 'a list of system calls and @groups' });

/** Options of `policy`, or a policy, which may have travelled as JSON. */
export const policyReader = object<SeccompFields>({
  layer: word(['seccomp']),
  base: required(word(baseNames)),
  deny: calls,
  allow: calls,
  rules: list(rule, { what: 'a list of rules' }),
  sockets: either<readonly SocketFamily[] | 'any'>(list(word(socketFamilies)), word(['any'])),
  denied: actionReader,
  unknown: actionReader,
  foreign: actionReader,
  x32: actionReader,
  architectures: list(word(architectureNames), { min: 1 }),
  level: word(['require', 'prefer']),
});
