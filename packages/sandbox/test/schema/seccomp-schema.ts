import { closed, integer, listOf, oneOf, type Schema } from './pieces.js';
import { words } from './words.js';

const listMax = 4096;
const list = (items: Schema): Schema => ({ ...listOf(items), maxItems: listMax });
const calls = list({ anyOf: [{ $ref: '#/$defs/syscall' }, oneOf(words.groups)] });
const action = { $ref: '#/$defs/action' };
const letting = ['allow', 'log'];
const simple = ['kill-process', 'kill-thread', 'user-notify', ...letting];

/** 32-bit forms take numbers and short hexadecimal texts, 64-bit forms safe integers and texts. */
const narrow: Schema = { anyOf: [integer(0, 0xffff_ffff), { type: 'string', pattern: '^0[xX][0-9a-fA-F]{1,8}$' }] };
const wide: Schema = {
  anyOf: [integer(0, Number.MAX_SAFE_INTEGER), { type: 'string', pattern: '^(?:0[xX][0-9a-fA-F]{1,16}|[0-9]{1,20})$' }],
};

/** A condition whose comparison has a name like that. */
function conditionSchema(name: RegExp, numbers: Readonly<Record<string, Schema>>): Schema {
  const compare = oneOf(words.comparisons.filter((comparison) => name.test(comparison)));
  return closed({ arg: integer(0, 5), compare, ...numbers }, ['arg', 'compare', ...Object.keys(numbers)]);
}

/** The options of `@sb/seccomp`, without its level. */
export const seccompSchema: Schema = closed(
  {
    layer: { const: 'seccomp' },
    base: { ...oneOf(words.seccompPresets), description: 'The starting point.' },
    deny: { ...calls, description: 'Calls and @groups to deny as well.' },
    allow: { ...calls, description: 'Calls and @groups to allow as well.' },
    rules: { ...list({ $ref: '#/$defs/rule' }), description: 'By arguments; the first that holds decides.' },
    sockets: {
      anyOf: [{ const: 'any' }, list(oneOf(words.families))],
      description: 'The only address families of socket(2).',
    },
    denied: {
      allOf: [action, { not: oneOf(letting) }, { not: { type: 'object', properties: { action: oneOf(letting) } } }],
      description: 'For known calls that are denied. Default: EPERM.',
    },
    unknown: { ...action, description: 'For numbers without a name. Default: ENOSYS.' },
    foreign: { ...action, description: 'For calls of other architectures. Default: kill-process.' },
    x32: { ...action, description: "For calls of x86-64's second table. Default: ENOSYS." },
    architectures: { ...list(oneOf(words.architectures)), minItems: 1 },
  },
  ['base'],
);

/** What the schema above refers to. */
export const seccompDefinitions: Readonly<Record<string, Schema>> = {
  syscall: oneOf(words.syscalls),
  action: {
    anyOf: [
      oneOf([...simple, 'trap', 'trace']),
      closed({ action: oneOf(simple) }, ['action']),
      closed({ action: oneOf(['trap', 'trace']), data: integer(0, 0xffff) }, ['action']),
      closed({ action: { const: 'errno' }, errno: { anyOf: [oneOf(words.errnos), integer(1, 4095)] } }, [
        'action',
        'errno',
      ]),
    ],
  },
  rule: closed(
    { syscall: { $ref: '#/$defs/syscall' }, when: { ...listOf({ $ref: '#/$defs/condition' }), maxItems: 48 }, action },
    ['syscall', 'action'],
  ),
  condition: {
    anyOf: [
      conditionSchema(/^[a-z]+32$/, { value: narrow }),
      conditionSchema(/^[a-z]+64$/, { value: wide }),
      conditionSchema(/^masked.*32$/, { value: narrow, mask: narrow }),
      conditionSchema(/^masked.*64$/, { value: wide, mask: wide }),
    ],
  },
};
