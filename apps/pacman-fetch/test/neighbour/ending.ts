import { lstatSync, readFileSync } from 'node:fs';

import type { ProgramResult } from '@sb/test-kit';
import { expect } from 'vitest';

/**
 * A message that names what failed and why, with what to do in the line below; or pacman's own of a server, of which there
 * may be more.
 */
const clearError = /^error: (?:failed retrieving file '.+' from \S+ : \S.*$|\S.*\n {7}\S)/m;

/**
 * Either a command did its work, or it ended by itself with an error that names cause and remedy.
 *
 * @param work - throws where the work isn't done
 */
export function expectClearEnd({ status, signal, stderr }: ProgramResult, work: () => void): void {
  expect(signal).toBeNull();
  if (status === 0) work();
  else expect(stderr).toMatch(clearError);
}

/** A file of root's alone: what it is to hold, no other names, and no rights of others to write. */
export function expectRootsFile(path: string, content: Buffer): void {
  const stats = lstatSync(path);
  const { uid, gid, nlink } = stats;
  const state = { isFile: stats.isFile(), uid, gid, nlink, isWritable: (stats.mode & 0o7022) !== 0 };
  expect(state).toEqual({ isFile: true, uid: 0, gid: 0, nlink: 1, isWritable: false });
  expect(readFileSync(path).equals(content)).toBe(true);
}
