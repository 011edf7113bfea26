import { loadPrebuild, type NativeFailure, packageRoot } from '@sb/core';

/** A step that failed. */
export interface SeccompFailure extends NativeFailure {
  /** The thread that kept the kernel from loading the filter on all of them. */
  readonly thread?: number;
}

/** What `native/addon.c` exports. */
export interface Native {
  /**
   * Loads a record's filter.
   *
   * @param allThreads - false restricts the calling thread only and leaves every other one free
   */
  applyRecord(record: Uint8Array, allThreads: boolean): SeccompFailure | null;
  noNewPrivs(): { readonly threads: number } | NativeFailure;
  /** Whether the kernel knows a filter's answer, `SECCOMP_RET_*` without data; a negative errno if it can't be asked. */
  hasAction(action: number): number;
  /** Whether the kernel knows a flag of `SECCOMP_SET_MODE_FILTER`; a negative errno if it can't be asked. */
  hasFlag(flag: number): number;
  /** Whether no_new_privs is set on the calling thread; asked without `/proc`. */
  hasNoNewPrivs(): boolean;
  /** Whether this process has an io_uring that still works. */
  hasRing(): boolean;
}

let loaded: Native | undefined;

/** The addon, loaded at first use so that importing this package never fails. */
export function native(): Native {
  loaded ??= loadPrebuild<Native>({
    layer: 'seccomp',
    name: 'seccomp',
    root: packageRoot('seccomp', import.meta.url),
  });
  return loaded;
}
