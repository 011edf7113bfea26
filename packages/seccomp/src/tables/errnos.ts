import { once } from './once.js';
import data from '../data/syscalls.json' with { type: 'json' };

/**
 * Linux's error numbers (`asm-generic/errno.h`), the same on every architecture of this package. They are not those of
 * the platform that compiles the filter: macOS numbers them differently.
 */
const numbers = once((): ReadonlyMap<string, number> => new Map(Object.entries<number>(data.errnos)));
const names = once(() => new Map([...numbers()].toReversed().map(([name, number]) => [number, name])));

/** Every name of an error. */
export const errnoNames = (): readonly string[] => [...numbers().keys()];

/** The largest error number that a filter can return (`MAX_ERRNO`, seccomp(2)). */
export const maxErrno = 4095;

/** Returns the number of a Linux error name, or undefined for an unknown name. */
export function errnoNumber(name: string): number | undefined {
  return numbers().get(name);
}

/** Returns the Linux name of an error number, or the number in decimal if it has no name. */
export function linuxErrnoName(number: number): string {
  return names().get(number) ?? String(number);
}
