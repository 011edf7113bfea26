/** Tables of what options of this layer may contain. */
import { type LayerLevels, nearest, requirementLevels } from '@sb/core';
import {
  boolean,
  custom,
  described,
  either,
  integer,
  isText,
  kind,
  lenient,
  list,
  object,
  type Options,
  type Reader,
  record,
  required,
  shown,
  text,
  titled,
  withSchema,
  word,
} from '@sb/core/document';

import { refuse } from './errors.js';
import type { LandlockOptions, LogOptions, NetOptions } from './options.js';
import type { FileIdentity, PathInput, PathRule } from './paths.js';
import { entryOf, type FsRight, type Group, namesOf, newestAbi, type Scope } from './rights.js';

const unknownBit = /^unsafe_unknown_bit_\d{1,2}$/;

const meanings: Readonly<Record<Group, string>> = {
  fs: 'a right for files',
  net: 'a right for ports',
  scope: 'a scope',
  log: 'a flag of the log',
};

/** A right, scope or feature by its kernel name; whether the pinned ABI has it is checked later. */
function named<Name extends string>(group: Group): Reader<Name> {
  const names = namesOf(group, newestAbi);
  const what = meanings[group];
  return custom({
    expected: what,
    schema: { anyOf: [{ enum: names }, { type: 'string', pattern: unknownBit.source }] },
    is: isText,
    read: (value, path): Name => {
      if (entryOf(group, value) !== undefined) return value as Name;
      const meant = nearest(value, names);
      const guess = meant === undefined ? '' : `Did you mean ${JSON.stringify(meant)}? `;
      return refuse(`${path} is not ${what}: ${shown(value)}`, `${guess}Use one of: ${names.join(', ')}.`);
    },
  });
}

const rightName: Reader<FsRight> = titled(named<FsRight>('fs'), 'fsRight');

/** The most rules, and the most paths of a rule: more than fit into a record of 1 MiB. */
export const mostPaths = 65_536;

/** The longest path that the kernel accepts, without the NUL at its end (PATH_MAX). */
const longestPath = 4095;

/** Whether bytes can be a path. The kernel decides whether it exists. */
function isPathBytes(bytes: Uint8Array): boolean {
  return bytes.length > 0 && bytes.length <= longestPath && !bytes.includes(0);
}

/** The same for a text. */
function isPathText(path: string): boolean {
  return path !== '' && Buffer.byteLength(path) <= longestPath && !path.includes('\0');
}

/** A path as text. */
export const textPath = kind({
  expected: `a path of 1 to ${longestPath} bytes without a NUL`,
  schema: { ...text({ max: longestPath }).schema, title: 'path' },
  // Half of a surrogate pair cannot be encoded: another path would be written.
  is: (value): value is string => typeof value === 'string' && isPathText(value) && !/[\uD800-\uDFFF]/u.test(value),
});

/** Bytes, for calls only: JSON cannot contain them. */
const bytesPath: Reader<Uint8Array> = {
  ...kind({
    expected: 'bytes of such a path',
    schema: { not: {} },
    is: (value): value is Uint8Array => value instanceof Uint8Array && isPathBytes(value),
  }),
  accepts: (value) => value instanceof Uint8Array,
};

/** A path of a rule: text, or bytes if a name is not UTF-8. */
export const pathReader: Reader<PathInput> = withSchema(
  either<PathInput>({ ...textPath, accepts: isText }, bytesPath),
  () => textPath.schema,
);

const flag = lenient(boolean);

/** A number of stat(2) as text: a number of JavaScript has only 53 bits. */
const number64 = custom({
  expected: 'a decimal number below 2^64, as text',
  schema: { type: 'string', pattern: '^\\d{1,20}$' },
  is: isText,
  read: (value, path): string =>
    /^\d{1,20}$/.test(value) && BigInt(value) < 1n << 64n
      ? value
      : refuse(`${path} is not a decimal number below 2^64: ${shown(value)}`, 'Give the number of stat(2), as text.'),
});

const identityReader = object<FileIdentity>({ device: required(number64), inode: required(number64) });

/** A rule. An option that is left out grants less, or makes more cases an error. */
export const ruleReader: Reader<PathRule> = object<PathRule>({
  paths: required(list(pathReader, { min: 1, max: mostPaths, what: 'a list of paths' })),
  rights: required(list(rightName, { what: 'a list of rights' })),
  exact: lenient(
    described(boolean, 'Whether each right must mean something on what the path leads to. Default: true.'),
  ),
  optional: flag,
  refer: flag,
  quiet: flag,
  file: lenient(
    described(
      either<boolean | FileIdentity>(boolean, identityReader),
      'Whether the path must lead to a regular file, or to which one. Default: false.',
    ),
  ),
} satisfies Options<PathRule>);

const portsToBind = list(integer({ min: 0, max: 65_535, what: 'a port' }), { max: 65_536, what: 'a list of ports' });
const portsToConnect = list(integer({ min: 1, max: 65_535, what: 'a port' }), { max: 65_536, what: 'a list of ports' });

/** Rules of a policy, or rules that are added to one. */
export const rulesReader = list(ruleReader, { max: mostPaths, what: 'a list of rules' });

/** The ports that stay allowed, by right. */
export const portLists = {
  connectTcp: portsToConnect,
  bindTcp: portsToBind,
  connectSendUdp: portsToConnect,
  bindUdp: portsToBind,
} as const;

/** Rights for ports that are unknown here, by their bits. */
export const portsByBit = { name: unknownBit, reader: portsToBind } as const;

const netReader: Reader<NetOptions> = object<NetOptions>(portLists, { others: portsByBit });

const logReader: Reader<LogOptions> = object<LogOptions>({
  sameExec: flag,
  newExec: flag,
  subdomains: flag,
});

/** Options of `policy`. What is left out restricts less, so a missing value is a mistake. */
export const optionTable: Options<LandlockOptions> = {
  abi: required(integer({ min: 1, max: 64, what: 'a Landlock ABI' })),
  paths: rulesReader,
  handle: described(list(rightName, { min: 1, what: 'a list of rights' }), 'Default: every right of the ABI.'),
  net: netReader,
  scope: described(list(named<Scope>('scope'), { what: 'a list of scopes' }), 'What does not lead out.'),
  // If it is left out, everything is required.
  require: lenient(list(text(), { what: 'a list of features' })),
  log: lenient(logReader),
};

export const optionsReader: Reader<LandlockOptions> = object<LandlockOptions>(optionTable);

/** Levels by the names that reports have for features; a policy knows which of them it has. */
export const levelsReader: Reader<LayerLevels> = record(word(requirementLevels), {
  name: /^[a-z]+\.\w+$/,
  what: 'an object of levels: `fs.truncate`, for instance',
});

/** What a landlockconfig document does not say. */
export const extrasReader = object<{
  readonly require?: readonly string[];
  readonly log?: LogOptions;
  readonly optional?: boolean;
  readonly newerAbi?: boolean;
}>({
  require: lenient(list(text(), { what: 'a list of features' })),
  log: lenient(logReader),
  optional: flag,
  newerAbi: flag,
});
