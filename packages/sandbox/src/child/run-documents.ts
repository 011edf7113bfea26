/** Tables of what the options of `run`, `execFile` and `fork` may contain. */
import {
  either,
  instance,
  integer,
  isText,
  kind,
  lenient,
  list,
  object,
  type Options,
  type Reader,
  text,
} from '@sb/core/document';

import type { ForkOptions, RunOptions } from './run-options.js';
import { spawnElsewhere, spawnTable } from './spawn-documents.js';
import type { ReadSpawnOptions } from './spawn-options.js';

/** The largest output that is kept. */
const most = 2 ** 31 - 1;

const { stdio: _, serialization: _format, denials: _denials, ...common } = spawnTable;

/** The same after reading. */
export type ReadRunOptions = Omit<RunOptions, 'env'> & Pick<ReadSpawnOptions, 'env'>;

const runTable: Options<ReadRunOptions> = {
  ...common,
  input: lenient(
    either<string | Uint8Array>(
      kind({ expected: 'a text', schema: { type: 'string' }, is: isText }),
      instance<Uint8Array>(Uint8Array, 'bytes'),
    ),
  ),
  // If it is left out, the limit is another one than was meant.
  maxBuffer: integer({ min: 0, max: most, what: 'bytes' }),
};

/** Options of `run` and `execFile`. */
export const runReader: Reader<ReadRunOptions> = object<ReadRunOptions>(runTable, {
  elsewhere: {
    ...spawnElsewhere,
    stdio: 'Its output is collected, and its input is the option input; use spawn() for streams.',
    denials: 'Use spawn(), whose child has them.',
    encoding: 'Its output is read as UTF-8; use spawn() for bytes.',
  },
});

/** The same after reading. */
export type ReadForkOptions = Omit<ForkOptions, 'env'> & Pick<ReadSpawnOptions, 'env'>;

const { argv0: _name, ...ofFork } = spawnTable;

/** Options of `fork`. */
export const forkReader: Reader<ReadForkOptions> = object<ReadForkOptions>(
  {
    ...ofFork,
    execPath: lenient(text()),
    execArgv: list(text({ max: 131_072 }), { max: 1024, what: 'a list of texts' }),
  },
  { elsewhere: { ...spawnElsewhere, silent: "Give stdio: ['pipe', 'pipe', 'pipe', 'ipc']." } },
);
