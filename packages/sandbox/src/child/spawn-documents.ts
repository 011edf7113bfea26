/** A table of what the options of `spawn` may contain. */
import { constants } from 'node:os';
import type { Stream } from 'node:stream';

import {
  boolean,
  instance,
  integer,
  lenient,
  object,
  type Options,
  type Place,
  type Reader,
  refuseKind,
  text,
  word,
} from '@sb/core/document';

import { environmentReader } from '../policy/environment-document.js';
import type { SandboxStdio, StdioEntry } from '../launch/stdio.js';
import { lateStream } from '../system/late.js';
import type { ReadSpawnOptions } from './spawn-options.js';

/** The longest time of a timer (setTimeout): a longer one would end at once. */
const longest = 2 ** 31 - 1;

/** The largest descriptor (getrlimit(2), RLIMIT_NOFILE). */
const maxDescriptor = 2 ** 31 - 1;

/** The most entries of `stdio`. */
const maxEntries = 1024;

const wholeWords = word(['pipe', 'ignore', 'inherit', 'overlapped']);
const entryWords = word(['pipe', 'ignore', 'inherit', 'overlapped', 'ipc']);
const entryExpected = 'a word, a descriptor or a stream';

/** The module is large, and only for such an entry. */
function isStream(value: unknown): value is Stream {
  return typeof value === 'object' && value instanceof lateStream().Stream;
}

/** As in `child_process`, null and undefined mean the default. */
function entryAt(value: unknown, place: Place): StdioEntry {
  if (value === undefined || value === null) return value;
  if (typeof value === 'string') return entryWords.read(value, place);
  if (isStream(value)) return value;
  const isDescriptor = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= maxDescriptor;
  return isDescriptor ? value : refuseKind(value, place, entryExpected);
}

const stdioExpected = `a word, or a list: each entry is ${entryExpected}`;

const stdio: Reader<SandboxStdio> = {
  expected: stdioExpected,
  schema: {},
  accepts: (value) => typeof value === 'string' || Array.isArray(value),
  read: (value, place) => {
    if (typeof value === 'string') return wholeWords.read(value, place);
    if (!Array.isArray(value)) return refuseKind(value, place, stdioExpected);
    if (value.length > maxEntries) place.refuse(`has ${value.length} entries`, `Give at most ${maxEntries}.`);
    return Object.freeze(Array.from(value, (entry: unknown, index) => entryAt(entry, place.entry(index))));
  },
};

const asUser = 'The sandbox decides the user of its processes: createSandbox({ user }).';

/** Each option of `spawn`. */
export const spawnTable: Options<ReadSpawnOptions> = {
  stdio: lenient(stdio),
  cwd: lenient(text()),
  env: environmentReader,
  argv0: lenient(text({ max: 131_072, pattern: /^[^\0]*$/, what: 'a text without a NUL' })),
  serialization: lenient(word(['json', 'advanced'])),
  // If it is left out, other processes of the user can read its memory.
  undumpable: boolean,
  denials: lenient(boolean),
  signal: lenient(instance(AbortSignal, 'an AbortSignal')),
  // If it is left out, it may run for ever.
  timeout: integer({ min: 0, max: longest, what: 'milliseconds' }),
  killSignal: lenient(word(Object.keys(constants.signals) as NodeJS.Signals[])),
  killGrace: lenient(integer({ min: 0, max: longest, what: 'milliseconds' })),
};

/** Options that people look for here. */
export const spawnElsewhere: Readonly<Record<string, string>> = {
  uid: asUser,
  gid: asUser,
  detached: 'It is an option of the whole sandbox: createSandbox({ newSession }).',
  shell: 'spawn() starts no shell: name a shell as the program, with its arguments.',
};

/** Options of `spawn`. The sandbox decides the user and the rights of a process, so they cannot be set here. */
export const spawnReader: Reader<ReadSpawnOptions> = object<ReadSpawnOptions>(spawnTable, {
  elsewhere: spawnElsewhere,
});
