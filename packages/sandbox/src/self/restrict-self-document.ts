import { callback, object, type Reader } from '@sb/core/document';

/** What a process does for itself beside. */
export interface RestrictSelfOptions {
  /**
   * Called once, when every layer is planned and this process is found fit for them, and before anything is changed: the
   * place to give up what the process has, which is not to be lost where it can't be restricted. What it throws is
   * thrown on, and nothing of the sandbox is in force then. Default: nothing.
   */
  readonly prepare?: () => void;
}

/** What is to be prepared, and is missing, would not be. */
export const restrictSelfReader: Reader<RestrictSelfOptions> = object<RestrictSelfOptions>({
  prepare: callback<() => void>(),
});
