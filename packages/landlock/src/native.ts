import { type DeniedCall, loadPrebuild, type NativeFailure, packageRoot } from '@sb/core';

/** A step that failed. */
export interface LandlockFailure extends NativeFailure {
  /** Number of the record's rule that failed, paths before ports. */
  readonly rule?: number;
}

/** What was done to this process. */
interface NativeReached {
  /** How many threads are restricted. */
  readonly threads: number;
  /** What each of them was denied that was allowed before. */
  readonly proofs: readonly string[];
  /** Numbers of the optional rules whose path does not exist. */
  readonly skipped: readonly number[];
}

/** What `native/addon.c` exports. */
export interface Native {
  /** The ABI, or the errata as a bit mask; a negative number is -errno. */
  query(what: 'abi' | 'errata'): number;
  /** What a filter above denies; `landlock_restrict_self` with E2BIG where no ruleset more can be had. */
  denied(): readonly DeniedCall[];
  noNewPrivs(): { readonly threads: number } | NativeFailure;
  applyRecord(record: Uint8Array): NativeReached | LandlockFailure;
}

let loaded: Native | undefined;

/** The addon, loaded at first use so that importing this package never fails. */
export function native(): Native {
  loaded ??= loadPrebuild<Native>({
    layer: 'landlock',
    name: 'landlock',
    root: packageRoot('landlock', import.meta.url),
  });
  return loaded;
}
