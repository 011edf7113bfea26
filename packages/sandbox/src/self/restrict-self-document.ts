import { callback, object, type Reader } from '@sb/core/document';

/** Further options of a process that restricts itself. */
export interface RestrictSelfOptions {
  /**
   * Called once, when every layer is planned and this process can be restricted, and before anything is changed. It is
   * the place to drop what the process must keep if it cannot be restricted. If it throws, the error is passed on, and
   * nothing of the sandbox is in force. Default: none.
   */
  readonly prepare?: () => void;
}

/** If `prepare` is given and undefined, nothing would be prepared. */
export const restrictSelfReader: Reader<RestrictSelfOptions> = object<RestrictSelfOptions>({
  prepare: callback<() => void>(),
});
