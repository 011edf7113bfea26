import { loadPrebuild, type NativeFailure, packageRoot } from '@sb/core';

/** A step that failed. */
export interface SeccompFailure extends NativeFailure {
  /** The thread that prevented the kernel from loading the filter on all threads. */
  readonly thread?: number;
}

/** The exports of `native/addon.c`. */
export interface Native {
  /**
   * Loads the filter of a record.
   *
   * @param allThreads - false restricts the calling thread only, and no other
   */
  applyRecord(record: Uint8Array, allThreads: boolean): SeccompFailure | null;
  /**
   * The filters of a thread of another process, the first loaded first: for each the number of its instructions in four
   * bytes, and these. The thread stops for a moment, and resumes in any case.
   */
  filtersOf(thread: number): Uint8Array | NativeFailure;
  noNewPrivs(): { readonly threads: number } | NativeFailure;
  /**
   * Whether the kernel knows a filter's answer, `SECCOMP_RET_*` without data; a negative errno if the question fails.
   */
  hasAction(action: number): number;
  /** Whether the kernel knows a flag of `SECCOMP_SET_MODE_FILTER`; a negative errno if the question fails. */
  hasFlag(flag: number): number;
  /** Whether no_new_privs is set on the calling thread; it does not need `/proc`. */
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
