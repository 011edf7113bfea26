import { instance, lenient, object, type Options, type Reader } from '@sb/core/document';

import { modeReader } from '../values/readers.js';

/** What a file gets when it is complete. */
export interface Finish {
  /** Permissions, 0 to 0o777. Default: unchanged. */
  readonly mode?: number;
  /** Default: the time of its last byte. */
  readonly modified?: Date | undefined;
}

/** What a file gets. Omitted permissions could let more users read it than intended. */
export const finishReader: Reader<Finish> = object<Finish>({
  mode: modeReader,
  // It does not affect what is permitted.
  modified: lenient(instance<Date>(Date, 'a Date')),
} satisfies Options<Finish>);
