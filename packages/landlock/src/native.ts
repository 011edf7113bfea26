import { type DeniedCall, loadPrebuild, type NativeFailure, packageRoot } from '@sb/core';

/** A step that failed. */
export interface LandlockFailure extends NativeFailure {
  /** The number of the failed rule in the record, paths before ports. */
  readonly rule?: number;
}

/** The result in this process. */
interface NativeReached {
  /** How many threads are restricted. */
  readonly threads: number;
  /** The attempts that each of them was denied, and that were allowed before. */
  readonly proofs: readonly string[];
  /** The numbers of the optional rules whose path does not exist. */
  readonly skipped: readonly number[];
}

/** The exports of `native/addon.c`. */
export interface Native {
  /** The ABI, or the errata as a bit mask; a negative number is -errno. */
  query(what: 'abi' | 'errata'): number;
  /** The calls that an earlier filter denies; `landlock_restrict_self` with E2BIG if the kernel allows no further ruleset. */
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
