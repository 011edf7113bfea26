import { type DeniedCall, loadPrebuild, type NativeFailure, packageRoot } from '@sb/core';

/** What a phase reached when it failed nowhere. */
export interface NativeReached {
  /** How many threads ran it. */
  readonly threads: number;
}

/** What `native/addon.c` exports. A negative number is an errno. */
export interface Native {
  beforeIds(record: Uint8Array): NativeReached | NativeFailure;
  afterIds(record: Uint8Array): NativeReached | NativeFailure;
  /** Gives up everything, also what was to be kept: for after a failure. */
  surrender(): NativeReached | NativeFailure;
  lastCapability(): number;
  securebits(): number;
  threadSecurebits(): readonly { readonly tid: number; readonly securebits: number }[] | number;
  /** What a filter above denies of the calls that change something. */
  denied(): readonly DeniedCall[];
  fileCapabilities(path: string): Uint8Array | number;
}

let loaded: Native | undefined;

/** The addon, loaded at first use so that importing this package never fails. */
export function native(): Native {
  loaded ??= loadPrebuild<Native>({
    layer: 'caps',
    name: 'caps',
    root: packageRoot('caps', import.meta.url),
  });
  return loaded;
}
