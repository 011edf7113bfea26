/** Tables of what options and policies of this layer may contain. */
import {
  checked,
  custom,
  described,
  either,
  integer,
  isText,
  isTextOrNumber,
  kind,
  list,
  object,
  type Options,
  type Place,
  readBy,
  type Reader,
  required,
  shown,
  tagged,
  titled,
  withSchema,
  word,
} from '@sb/core/document';

import { type Action, actionData, actionNames, canonicalErrno, lets } from './actions.js';
import { architectureNames } from '../tables/architectures.js';
import { comparisons, type Condition, condition } from './conditions.js';
import { isProofKey } from './proof-key.js';
import { seccompError } from '../errors.js';
import { type SocketFamily, socketFamilies } from '../tables/families.js';
import { errnoNames, maxErrno } from '../tables/errnos.js';
import { isGroup, namesOfGroups } from '../tables/groups.js';
import { narrow, wide } from './numbers.js';
import type { SeccompFields, SeccompPlanOptions } from './options.js';
import { baseNames } from './presets.js';
import type { Rule } from './rules.js';
import { isSyscall, syscallNames } from '../tables/syscalls.js';

/** Names of calls that exist only on other architectures are accepted; they filter nothing here. */
const syscall = titled(
  custom({
    expected: 'a system call',
    schema: {
      get enum() {
        return syscallNames();
      },
    },
    is: isText,
    read: (value, path): string => {
      if (isSyscall(value)) return value;
      throw seccompError('unknown-syscall', 'policy', {
        what: `${path} is not a system call: ${shown(value)}`,
        hint: 'Give a name as in the kernel headers, without "__NR_"; groups start with "@".',
        path,
      });
    },
  }),
  'syscall',
);

const group = custom({
  expected: 'a group of system calls',
  schema: {
    get enum() {
      return namesOfGroups();
    },
  },
  is: isText,
  read: (value, path): string => {
    if (isGroup(value)) return value;
    throw seccompError('unknown-group', 'policy', {
      what: `${path} is not a group: ${shown(value)}`,
      hint: `Use one of: ${namesOfGroups().join(' ')}.`,
      path,
    });
  },
});

const callOrGroup = readBy<string, string>(titled(either(group, syscall), 'syscallOrGroup'), (value, place) =>
  (typeof value === 'string' && value.startsWith('@') ? group : syscall).read(value, place),
);

const errno = required(
  custom({
    expected: 'a Linux error',
    schema: {
      title: 'errno',
      anyOf: [
        {
          get enum() {
            return errnoNames();
          },
        },
        { type: 'integer', minimum: 1, maximum: maxErrno },
      ],
    },
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

/** An action: its name if that is enough, or an object with its data. */
const actionReader: Reader<Action> = titled(
  either(
    actionObject,
    withSchema(
      checked(word(actionNames), (action, place) => {
        if (action === 'errno')
          place.key('errno').refuse('is missing', 'Give an object: { action: "errno", errno: "EPERM" }.');
        return withData({ action } as Action);
      }),
      // An error has its own number.
      () => ({ enum: actionNames.filter((name) => name !== 'errno') }),
    ),
  ),
  'action',
);

/** An action that lets nothing through. */
const deniedReader: Reader<Action> = withSchema(
  checked(actionReader, (action, place) => {
    if (!lets(action)) return action;
    const hint = `Use base: 'allow-all' if ${action.action} is meant.`;
    return place.refuse(`is ${action.action}, which denies nothing`, hint);
  }),
  () => ({
    allOf: [
      actionReader.schema,
      { not: { enum: ['allow', 'log'] } },
      { not: { type: 'object', properties: { action: { enum: ['allow', 'log'] } } } },
    ],
  }),
);

function withData(action: Action): Action {
  const isBare = (action.action === 'trap' || action.action === 'trace') && !Object.hasOwn(action, 'data');
  return Object.freeze(isBare ? { ...action, data: 0 } : action);
}

const argument = required(integer({ min: 0, max: 5, what: 'an argument' }));

/** A condition: its comparison determines the width of its numbers, and whether it has a mask. */
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

/** Options of `policy`, and the parts of a policy, which may come from JSON. */
export const optionTable: Options<SeccompFields> = {
  layer: word(['seccomp']),
  base: required(described(word(baseNames), 'The starting point.')),
  deny: described(calls, 'Calls and @groups to deny as well.'),
  allow: described(calls, 'Calls and @groups to allow as well.'),
  rules: described(list(rule, { what: 'a list of rules' }), 'By arguments; the first that holds decides.'),
  sockets: described(
    either<readonly SocketFamily[] | 'any'>(list(titled(word(socketFamilies), 'socketFamily')), word(['any'])),
    'The only address families of socket(2).',
  ),
  denied: described(deniedReader, 'For known calls that are denied. Default: EPERM.'),
  unknown: described(actionReader, 'For numbers without a name. Default: ENOSYS.'),
  foreign: described(actionReader, 'For calls of other architectures. Default: kill-process.'),
  x32: described(actionReader, "For calls of x86-64's second table. Default: ENOSYS."),
  architectures: list(word(architectureNames), { min: 1 }),
  level: word(['require', 'prefer']),
};

/** What tables cannot express: which options exclude each other. */
export function checkTogether<T extends Pick<SeccompFields, 'deny' | 'allow'>>(read: T, place: Place): T {
  const both = read.deny?.find((name) => read.allow?.includes(name) === true);
  if (both !== undefined) place.key('allow').refuse(`and deny both name ${both}`, 'Leave one of them out.');
  return read;
}

/** Options of `policy`, or a policy. */
export const policyReader = checked(object<SeccompFields>(optionTable), checkTogether);

/** Levels by the names that reports have for features. */
export const levelsReader = object<{ readonly filter?: 'require' | 'prefer' }>({ filter: word(['require', 'prefer']) });

const proofKey = kind<bigint>({
  expected: 'a number of newProofKey()',
  schema: { not: {} },
  is: (value): value is bigint => typeof value === 'bigint' && isProofKey(value),
});

/** Options of `restrictSelf`. Without them, it makes the key of the proof itself. */
export const restrictReader = object<Pick<SeccompPlanOptions, 'proofKey'>>({ proofKey });

/** Options of `plan`. Without them, the record has no proof. */
export const planReader = object<SeccompPlanOptions>({
  proofKey,
  supervise: list(syscall, { max: 512, what: 'a list of system calls' }),
});
