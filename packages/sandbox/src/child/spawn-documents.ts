/** What the options of `spawn` may hold, as a table. */
import { constants } from 'node:os';
import { Stream } from 'node:stream';

import {
  boolean,
  instance,
  integer,
  isText,
  kind,
  lenient,
  list,
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
import type { ReadSpawnOptions } from './spawn-options.js';

/** The longest time that a timer can wait (setTimeout): longer ones would be over at once. */
const longest = 2 ** 31 - 1;

/** The largest descriptor (getrlimit(2), RLIMIT_NOFILE). */
const maxDescriptor = 2 ** 31 - 1;

/** The most descriptors that a child can be given so. */
const maxEntries = 1024;

const wholeWords = word(['pipe', 'ignore', 'inherit', 'overlapped']);
const entryWords = word(['pipe', 'ignore', 'inherit', 'overlapped', 'ipc']);
const entryExpected = 'a word, a descriptor or a stream';

/** As `child_process` takes it, where null and undefined stand for the usual. */
function entryAt(value: unknown, place: Place): StdioEntry {
  if (value === undefined || value === null || value instanceof Stream) return value;
  if (typeof value === 'string') return entryWords.read(value, place);
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

const asUser = 'The sandbox says whom its processes become: createSandbox({ user }).';

/** Each option of `spawn`. */
export const spawnTable: Options<ReadSpawnOptions> = {
  stdio: lenient(stdio),
  cwd: lenient(text()),
  env: environmentReader,
  argv0: lenient(text({ max: 131_072, pattern: /^[^\0]*$/, what: 'a text without a NUL' })),
  serialization: lenient(word(['json', 'advanced'])),
  // Left out, other processes of the user can look into it.
  undumpable: boolean,
  signal: lenient(instance(AbortSignal, 'an AbortSignal')),
  // Left out, it may run for ever.
  timeout: integer({ min: 0, max: longest, what: 'milliseconds' }),
  killSignal: lenient(word(Object.keys(constants.signals) as NodeJS.Signals[])),
  killGrace: lenient(integer({ min: 0, max: longest, what: 'milliseconds' })),
};

/** What people look for among them. */
export const spawnElsewhere: Readonly<Record<string, string>> = {
  uid: asUser,
  gid: asUser,
  detached: 'The sandbox has it for all its processes: createSandbox({ newSession }).',
  shell: 'No shell is started here: name one as the program, with its arguments.',
};

/** Options of `spawn`. Whom a process becomes and what it has is the sandbox's, which can't be said again here. */
export const spawnReader: Reader<ReadSpawnOptions> = object<ReadSpawnOptions>(spawnTable, {
  elsewhere: spawnElsewhere,
});

/** What is executed; whether it is there is another question. */
export const programReader: Reader<string> = kind({
  expected: 'a text',
  schema: { type: 'string' },
  // Half of a surrogate pair has no bytes: what the program is given would be another text.
  is: (value): value is string => isText(value) && !/\p{Cs}/u.test(value),
});

/** Its arguments. That they hold no NUL, and how many bytes they may have together, the launcher's record says. */
export const argumentsReader: Reader<readonly string[]> = list(programReader, {
  max: 1 << 20,
  what: 'a list of texts',
});
