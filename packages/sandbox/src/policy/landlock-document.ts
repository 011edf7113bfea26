/** What the choice for files, ports and scopes may hold, as a table. */
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

const paths = either<string | readonly string[]>(
  textPath,
  list(textPath, { min: 1, max: mostPaths, what: 'a list of paths' }),
);

/** Left out, a path must be there, and nothing can be moved between folders. */
const flags = { optional: lenient(boolean), refer: lenient(boolean) };

/** `{ "rw": ["out"], "optional": true }`: exactly one kind of access. */
const shortRule: Reader<ShortRule> = {
  ...checked(
    object<ShortRule>({ ro: paths, rx: paths, rw: paths, rwx: paths, list: paths, ...flags }),
    (rule, place) => {
      const named = accesses.filter((access) => Object.hasOwn(rule, access));
      if (named.length === 1) return rule;
      return place.refuse('names not exactly one kind of access', `Use one of: ${accesses.join(', ')}.`);
    },
  ),
  schema: { oneOf: accesses.map((access) => object({ [access]: { reader: paths, required: true }, ...flags }).schema) },
};

/** A rule as the builders of `@sb/landlock` make it or as it is written by hand, or a short one of a document. */
const ruleReader: Reader<PathRule | ShortRule> = {
  expected: 'a rule',
  schema: { anyOf: [shortRule.schema, longRule.schema] },
  parts: { kind: 'forms', forms: [shortRule, longRule], formOf },
  accepts: isObject,
  read: (value, place) => formOf(value)?.read(value, place) ?? refuseKind(value, place, 'an object'),
};

function formOf(value: unknown): Reader<PathRule | ShortRule> | undefined {
  if (!isObject(value)) return undefined;
  return Object.hasOwn(value, 'paths') ? longRule : shortRule;
}

type Ports = readonly number[] | 'any';

const portsOrAny = (ports: Reader<readonly number[]>, description: string): Reader<Ports> =>
  described(either<Ports>(word(['any']), ports), description);

const net = object<NonNullable<LandlockChoice['net']>>(
  {
    connectTcp: portsOrAny(portLists.connectTcp, 'Default: any.'),
    bindTcp: portsOrAny(portLists.bindTcp, 'Default: none.'),
    connectSendUdp: portsOrAny(portLists.connectSendUdp, 'ABI 10. Default: any.'),
    bindUdp: portsOrAny(portLists.bindUdp, 'ABI 10. Default: any.'),
  },
  {
    others: {
      name: portsByBit.name,
      reader: portsOrAny(portsByBit.reader, 'A right that is newer than this schema, by its bit.'),
    },
  },
);

const { require: _, paths: _rules, ...others } = landlockTable;

const table: Options<LandlockChoice> = {
  preset: described(word(filesystemPresets), 'Where to start from. Default: read-only.'),
  ...others,
  abi: described(
    integer({ min: 1, max: 64, what: 'a Landlock ABI' }),
    `The Landlock ABI that this was tested with, up to ${newestAbi}. Default: 7.`,
  ),
  paths: described(list(ruleReader, { max: mostPaths, what: 'a list of rules' }), 'What else is granted.'),
  net: described(net, 'Ports that stay allowed; any leaves a right alone.'),
};

/** A choice for the Landlock layer. */
export const choiceReader: Reader<LandlockChoice> = object<LandlockChoice>(table, {
  elsewhere: { require: "Use the sandbox's own require, prefer and off." },
});
