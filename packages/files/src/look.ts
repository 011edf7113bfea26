import { accessSync, closeSync, constants, fstatSync, lstatSync, type Stats, statSync } from 'node:fs';

import { errorCode, holdsPaths } from '@sb/core';

import { hold } from './hold.js';

/**
 * What a path leads to at this moment; nothing is opened. Somebody else may change it right afterwards, so it is good
 * for a message or a guess, and nothing may be opened, written or executed because of it without another look. Root looks as
 * {@link hold} does.
 *
 * @param path - links are followed
 * @returns undefined for nothing
 * @throws Error of the system, for what can't be looked at
 */
export function look(path: string): Stats | undefined {
  if (!holdsPaths()) return statSync(path, { throwIfNoEntry: false });
  try {
    return withHeld(path, (held) => fstatSync(held));
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/**
 * As {@link look}, without following a link at its end.
 *
 * @param path - in a directory whose path nobody else decides
 * @throws Error of the system
 */
export function lookAtLink(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/**
 * Whether a path leads anywhere, by a {@link look}: false also for what can't be looked at.
 *
 * @param path - links are followed
 */
export function isThere(path: string): boolean {
  try {
    return look(path) !== undefined;
  } catch {
    return false;
  }
}

/**
 * Whether a path leads to a file that this process may execute, by a {@link look}.
 *
 * @param path - links are followed
 */
export function isProgram(path: string): boolean {
  try {
    if (holdsPaths()) return withHeld(path, isProgramHeld);
    accessSync(path, constants.X_OK);
    return look(path)?.isFile() === true;
  } catch {
    // Absent, or out of reach.
    return false;
  }
}

function isProgramHeld(held: number): boolean {
  accessSync(`/proc/self/fd/${held}`, constants.X_OK);
  return fstatSync(held).isFile();
}

function withHeld<T>(path: string, use: (held: number) => T): T {
  const held = hold(path);
  try {
    return use(held);
  } finally {
    closeSync(held);
  }
}
