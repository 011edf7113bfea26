import { accessSync, closeSync, constants, fstatSync, lstatSync, statfsSync, type Stats, statSync } from 'node:fs';

import { errorCode, holdsPaths } from '@sb/core';

import { hold } from './hold.js';

/**
 * Examines what a path leads to at this moment; nothing is opened. Another process may change it right afterwards. So
 * use it for a message or a guess only, and check again before you open, write or execute anything. Root examines it as
 * {@link hold} does.
 *
 * @param path - links are followed
 * @returns undefined for nothing
 * @throws Error of the system if the path cannot be examined
 */
export function look(path: string): Stats | undefined {
  if (!holdsPaths()) return statSync(path, { throwIfNoEntry: false });
  return examined(path, true);
}

/**
 * Like {@link look}, without following a link at its end.
 *
 * @param path - links above its last name are followed
 * @throws Error of the system
 */
export function lookAtLink(path: string): Stats | undefined {
  if (!holdsPaths()) return lstatSync(path, { throwIfNoEntry: false });
  return examined(path, 'above');
}

/** @returns undefined for nothing */
function examined(path: string, follows: true | 'above'): Stats | undefined {
  try {
    return withHeld(path, (held) => fstatSync(held), follows);
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/**
 * Whether a path leads to something, by {@link look}: false also if it cannot be examined.
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
 * Whether a path leads to a file that this process may execute, by {@link look}.
 *
 * @param path - links are followed
 */
export function isProgram(path: string): boolean {
  try {
    if (holdsPaths()) return withHeld(path, isProgramHeld);
    accessSync(path, constants.X_OK);
    return look(path)?.isFile() === true;
  } catch {
    // Missing or inaccessible.
    return false;
  }
}

/**
 * The type of the file system that a path leads to (`f_type` of statfs(2)), by {@link look}.
 *
 * @param path - links are followed
 * @returns undefined if the path cannot be examined
 */
export function fileSystemType(path: string): number | undefined {
  try {
    return withHeld(path, (held) => statfsSync(`/proc/self/fd/${held}`).type);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}

function isProgramHeld(held: number): boolean {
  accessSync(`/proc/self/fd/${held}`, constants.X_OK);
  return fstatSync(held).isFile();
}

function withHeld<T>(path: string, use: (held: number) => T, follows: true | 'above' = true): T {
  const held = hold(path, follows);
  try {
    return use(held);
  } finally {
    closeSync(held);
  }
}
