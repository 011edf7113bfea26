import { type FourIds, loadPrebuild, type NativeFailure, packageRoot } from '@sb/core';

/** An entry of the user database. */
export interface NativeUser {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
  readonly home: string;
  readonly shell: string;
}

/** The exports of `native/addon.c`. A number in place of an object is -errno. */
export interface Native {
  applyRecord(record: Uint8Array): NativeFailure | null;
  noNewPrivs(): { readonly threads: number } | NativeFailure;
  identity(): { readonly uid: FourIds; readonly gid: FourIds; readonly groups: readonly number[] } | number;
  user(nameOrUid: string | number): NativeUser | number;
  group(nameOrGid: string | number): { readonly gid: number } | number;
  groupsOf(name: string, gid: number): readonly number[] | number;
}

let loaded: Native | undefined;

/** The addon, loaded at first use so that importing this package never fails. */
export function native(): Native {
  loaded ??= loadPrebuild<Native>({
    layer: 'privdrop',
    name: 'privdrop',
    root: packageRoot('privdrop', import.meta.url),
  });
  return loaded;
}
