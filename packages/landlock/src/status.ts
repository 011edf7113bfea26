import { type BigIntStats, closeSync, fstatSync, lstatSync, readlinkSync, statfsSync, statSync } from 'node:fs';

import { holdPath, holdsPaths, NearDirectories } from '@sb/core';

/** PROC_SUPER_MAGIC */
const procType = 0x9fa0;

/** Directories of the paths that one question looks at. */
let near: NearDirectories | undefined;

/** What was found for this question, by paths whose last name is not a link: rules and questions name the same few. */
const found = new Map<string, BigIntStats>();

/**
 * Answers one question. Meanwhile directories that paths lead through stay open, so that a deep path takes a step for
 * each name, and not one for each pair of names.
 */
export function lookingTogether<T>(answer: () => T): T {
  if (near !== undefined || !holdsPaths()) return answer();
  using directories = new NearDirectories();
  near = directories;
  try {
    return answer();
  } finally {
    near = undefined;
    found.clear();
  }
}

/**
 * Returns what a path leads to. Links are followed. Root follows none to what another process has open ({@link holdPath}).
 *
 * @throws Error of the system
 */
export function statusOf(path: Buffer): BigIntStats {
  return holdsPaths() ? held(path, true) : statSync(path, { bigint: true });
}

/**
 * As {@link statusOf}, for a path whose last name may be a link, which is not followed. No other name may be a link.
 *
 * @throws Error of the system
 */
export function linkStatusOf(path: Buffer): BigIntStats {
  return holdsPaths() ? held(path, false) : lstatSync(path, { bigint: true });
}

/**
 * Returns the target of a link, whose characters are its bytes.
 *
 * @param folder - where the link lies, without links
 * @param name - of the link
 * @throws Error of the system
 */
export function linkOf(folder: Buffer, name: Buffer): { readonly target: string; readonly isOfProc: boolean } {
  const read = (place: string | Buffer) => ({
    // In Deno the bytes are an Uint8Array.
    target: Buffer.from(readlinkSync(Buffer.concat([Buffer.from(place), Buffer.from('/'), name]), 'buffer')).toString(
      'latin1',
    ),
    isOfProc: statfsSync(place).type === procType,
  });
  return holdsPaths() ? withHeld(folder, false, (descriptor) => read(`/proc/self/fd/${descriptor}`)) : read(folder);
}

function held(path: Buffer, follows: boolean): BigIntStats {
  const name = path.toString('latin1');
  const known = found.get(name);
  if (known !== undefined) return known;
  const status = withHeld(path, follows, (descriptor) => fstatSync(descriptor, { bigint: true }));
  if (near !== undefined && !follows && !status.isSymbolicLink()) found.set(name, status);
  return status;
}

function withHeld<T>(path: Buffer, follows: boolean, use: (descriptor: number) => T): T {
  const descriptor = holdPath(path, { follows, ...(near && { near }) });
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
