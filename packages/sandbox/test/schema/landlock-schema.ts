import { closed, listOf, oneOf, type Schema, text } from './pieces.js';
import { words } from './words.js';

const unknownBit = '^unsafe_unknown_bit_[0-9]{1,2}$';
const right = { $ref: '#/$defs/fsRight' };
const accesses = ['ro', 'rx', 'rw', 'rwx', 'list'];
const flags = { optional: { type: 'boolean' }, refer: { type: 'boolean' } };

/** `{ "rw": ["out"], "optional": true }`: exactly one kind of access. */
const shortRule: Schema = {
  oneOf: accesses.map((access) =>
    closed({ [access]: { anyOf: [text, { ...listOf(text), minItems: 1 }] }, ...flags }, [access]),
  ),
};

/** A rule as the builders of `@sb/landlock` make it. */
const longRule = closed(
  {
    paths: { ...listOf(text), minItems: 1 },
    rights: { ...listOf(right), uniqueItems: true },
    preset: { type: 'boolean', description: 'Rights that need a folder are left out where the path is none.' },
    ...flags,
    quiet: { type: 'boolean' },
  },
  ['paths', 'rights', 'preset'],
);

const ports = (minimum: number, description: string): Schema => ({
  anyOf: [{ const: 'any' }, { ...listOf({ type: 'integer', minimum, maximum: 65_535 }), uniqueItems: true }],
  description,
});

/** The options of `@sb/landlock` with a preset. */
export const landlockSchema: Schema = closed({
  preset: { ...oneOf(words.filesystemPresets), description: 'Where to start from. Default: read-only.' },
  paths: { ...listOf({ anyOf: [shortRule, longRule] }), description: 'What else is granted.' },
  net: {
    type: 'object',
    description: 'Ports that stay allowed; any leaves a right alone.',
    properties: {
      connectTcp: ports(1, 'Default: any.'),
      bindTcp: ports(0, 'Default: none.'),
      connectSendUdp: ports(1, 'ABI 10. Default: any.'),
      bindUdp: ports(0, 'ABI 10. Default: any.'),
    },
    patternProperties: { [unknownBit]: ports(0, 'A right that is newer than this schema, by its bit.') },
    additionalProperties: false,
  },
  abi: { type: 'integer', minimum: 1, description: 'The Landlock ABI that this was tested with. Default: 7.' },
  handle: { ...listOf(right), minItems: 1, uniqueItems: true, description: 'Default: every right of the ABI.' },
  scope: {
    ...listOf({ anyOf: [oneOf(['abstract_unix_socket', 'signal']), { type: 'string', pattern: unknownBit }] }),
    uniqueItems: true,
    description: 'What does not lead out. Default: both.',
  },
  log: closed({
    sameExec: { type: 'boolean' },
    newExec: { type: 'boolean' },
    subdomains: { type: 'boolean' },
  }),
});

/** What the schema above refers to. */
export const landlockDefinitions: Readonly<Record<string, Schema>> = {
  fsRight: { anyOf: [oneOf(words.fsRights), { type: 'string', pattern: unknownBit }] },
};
