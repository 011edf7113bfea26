/** The table of what the choice for files, ports and scopes may contain. */
import {
  boolean,
  checked,
  described,
  either,
  integer,
  isObject,
  lenient,
  list,
  object,
  type Options,
  type Reader,
  refuseKind,
  titled,
  withSchema,
  word,
} from '@sb/core/document';
import {
  mostPaths,
  newestAbi,
  optionTable as landlockTable,
  type PathRule,
  portLists,
  portsByBit,
  ruleReader as longRule,
  textPath,
} from '@sb/landlock';

import type { Access, FilesystemPreset, LandlockChoice, ShortRule } from './options.js';

/** The presets' names. */
export const filesystemPresets = ['read-only', 'minimal', 'none'] as const satisfies readonly FilesystemPreset[];

/** Kinds of access of a short rule. */
export const accesses = ['ro', 'rx', 'rw', 'rwx', 'list'] as const satisfies readonly Access[];

const paths = titled(
  either<string | readonly string[]>(textPath, list(textPath, { min: 1, max: mostPaths, what: 'a list of paths' })),
  'paths',
);

/** If they are left out, a path must exist, and nothing can be moved between directories. */
const flags = { optional: lenient(boolean), refer: lenient(boolean) };

const shortObject = object<ShortRule>({ ro: paths, rx: paths, rw: paths, rwx: paths, list: paths, ...flags });

/** `{ "rw": ["out"], "optional": true }`: exactly one kind of access. */
const shortRule: Reader<ShortRule> = withSchema(
  checked(shortObject, (rule, place) => {
    const named = accesses.filter((access) => Object.hasOwn(rule, access));
    if (named.length === 1) return rule;
    return place.refuse('does not name exactly one kind of access', `Use one of: ${accesses.join(', ')}.`);
  }),
  () => ({ ...shortObject.schema, oneOf: accesses.map((access) => ({ required: [access] })) }),
);

/** A rule in the form of the builders of `@sb/landlock` or written by hand, or a short one of a document. */
const ruleReader: Reader<PathRule | ShortRule> = withSchema<PathRule | ShortRule>(
  {
    expected: 'a rule',
    parts: { kind: 'forms', forms: [shortRule, longRule], formOf },
    accepts: isObject,
    read: (value, place) => formOf(value)?.read(value, place) ?? refuseKind(value, place, 'an object'),
  },
  () => ({ anyOf: [shortRule.schema, longRule.schema] }),
);

function formOf(value: unknown): Reader<PathRule | ShortRule> | undefined {
  if (!isObject(value)) return undefined;
  return Object.hasOwn(value, 'paths') ? longRule : shortRule;
}

type Ports = readonly number[] | 'any';

const anyOr = (ports: Reader<readonly number[]>, title: string): Reader<Ports> =>
  titled(either<Ports>(word(['any']), ports), title);
const portsToConnect = anyOr(portLists.connectTcp, 'portsToConnect');
const portsToBind = anyOr(portLists.bindTcp, 'portsToBind');

const net = object<NonNullable<LandlockChoice['net']>>(
  {
    connectTcp: described(portsToConnect, 'Default: any.'),
    bindTcp: described(portsToBind, 'Default: none.'),
    connectSendUdp: described(portsToConnect, 'ABI 10. Default: any.'),
    bindUdp: described(portsToBind, 'ABI 10. Default: any.'),
  },
  {
    others: {
      name: portsByBit.name,
      reader: described(portsToBind, 'A right that is newer than this schema, by its bit.'),
    },
  },
);

const { require: _, paths: _rules, ...others } = landlockTable;

const table: Options<LandlockChoice> = {
  preset: described(word(filesystemPresets), 'Where to start, in place of a profile. Default: the profile.'),
  ...others,
  abi: described(
    integer({ min: 1, max: 64, what: 'a Landlock ABI' }),
    `The Landlock ABI that the policy was tested with, up to ${newestAbi}. Default: 7.`,
  ),
  paths: described(list(ruleReader, { max: mostPaths, what: 'a list of rules' }), 'Additional grants.'),
  net: described(net, 'Ports that stay allowed; any leaves a right unrestricted.'),
};

/** A choice for the Landlock layer. */
export const choiceReader: Reader<LandlockChoice> = object<LandlockChoice>(table, {
  elsewhere: { require: "Use the sandbox's own require, prefer and off." },
});
