import { instance, lenient, object, type Options, type Reader } from '@sb/core/document';

import { modeReader } from '../values/readers.js';

/** What a file gets when it is whole. */
export interface Finish {
  /** Permissions, 0 to 0o777. Default: it keeps its own. */
  readonly mode?: number;
  /** Default: it keeps the time of its last byte. */
  readonly modified?: Date | undefined;
}

/** What a file gets. Permissions that went missing could let more of others read it than was meant. */
export const finishReader: Reader<Finish> = object<Finish>({
  mode: modeReader,
  // No bearing on what is allowed.
  modified: lenient(instance<Date>(Date, 'a Date')),
} satisfies Options<Finish>);
