import { type DeniedCall, loadPrebuild, type NativeFailure, packageRoot } from '@sb/core';

/** The result of a phase that did not fail. */
export interface NativeReached {
  /** How many threads ran it. */
  readonly threads: number;
}

/** The exports of `native/addon.c`. A negative number is an errno. */
export interface Native {
  beforeIds(record: Uint8Array): NativeReached | NativeFailure;
  afterIds(record: Uint8Array): NativeReached | NativeFailure;
  /** Gives up everything after a failure, also what should have been kept. */
  surrender(): NativeReached | NativeFailure;
  lastCapability(): number;
  securebits(): number;
  threadSecurebits(): readonly { readonly tid: number; readonly securebits: number }[] | number;
  /** The calls of this layer that an earlier filter denies. */
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
