/** What options of this layer may hold, as tables. */
import { nearest } from '@sb/core';
import {
  boolean,
  custom,
  either,
  instance,
  integer,
  isText,
  kind,
  list,
  object,
  type Options,
  type Reader,
  required,
  shown,
  text,
} from '@sb/core/document';

import { refuse } from './errors.js';
import type { LandlockOptions, LogOptions, NetOptions } from './options.js';
import type { PathInput, PathRule } from './paths.js';
import { entryOf, type FsRight, type Group, namesOf, newestAbi, type Scope } from './rights.js';

const unknownBit = /^unsafe_unknown_bit_\d{1,2}$/;

/** A right, scope or feature by its kernel name; whether the pinned ABI has it is another question. */
function named<Name extends string>(group: Group): Reader<Name> {
  const names = namesOf(group, newestAbi);
  return custom({
    expected: `a name of ${group}`,
    schema: { anyOf: [{ enum: names }, { type: 'string', pattern: unknownBit.source }] },
    is: isText,
    read: (value, path): Name => {
      if (entryOf(group, value) !== undefined) return value as Name;
      const meant = nearest(value, names);
      const guess = meant === undefined ? '' : `Did you mean ${JSON.stringify(meant)}? `;
      return refuse(`${path} is not a name of ${group}: ${shown(value)}`, `${guess}Use one of: ${names.join(', ')}.`);
    },
  });
}

/** A path: whether it is one that the kernel takes is looked at when it is encoded. */
export const pathReader: Reader<PathInput> = either<PathInput>(
  kind({ expected: 'a path', schema: text().schema, is: (value) => typeof value === 'string' }),
  instance<Uint8Array>(Uint8Array, 'bytes'),
);

const ruleReader: Reader<PathRule> = object<PathRule>({
  paths: required(list(pathReader, { min: 1, what: 'a list of paths' })),
  rights: required(list(named<FsRight>('fs'), { what: 'a list of rights' })),
  preset: required(boolean),
  optional: boolean,
  refer: boolean,
  quiet: boolean,
} satisfies Options<PathRule>);

const portsToBind = list(integer({ min: 0, max: 65_535, what: 'a port' }), { max: 65_536, what: 'a list of ports' });
const portsToConnect = list(integer({ min: 1, max: 65_535, what: 'a port' }), { max: 65_536, what: 'a list of ports' });

const netReader: Reader<NetOptions> = object<NetOptions>(
  { connectTcp: portsToConnect, bindTcp: portsToBind, connectSendUdp: portsToConnect, bindUdp: portsToBind },
  { name: unknownBit, reader: portsToBind },
);

const logReader: Reader<LogOptions> = object<LogOptions>({
  sameExec: boolean,
  newExec: boolean,
  subdomains: boolean,
});

/** Options of `policy`. What is left out restricts less, so a value that is missing is a mistake. */
export const optionsReader: Reader<LandlockOptions> = object<LandlockOptions>({
  abi: required(integer({ min: 1, max: 64, what: 'a Landlock ABI' })),
  paths: list(ruleReader, { what: 'a list of rules' }),
  handle: list(named<FsRight>('fs'), { min: 1, what: 'a list of rights' }),
  net: netReader,
  scope: list(named<Scope>('scope'), { what: 'a list of scopes' }),
  require: list(text(), { what: 'a list of features' }),
  log: logReader,
});

/** What a landlockconfig document does not say. */
export const extrasReader = object<{
  readonly require?: readonly string[];
  readonly log?: LogOptions;
  readonly optional?: boolean;
  readonly newerAbi?: boolean;
}>({ require: list(text(), { what: 'a list of features' }), log: logReader, optional: boolean, newerAbi: boolean });
