import data from '../data/syscalls.json' with { type: 'json' };

/**
 * Linux's error numbers (`asm-generic/errno.h`), the same on every architecture of this package. Not those of the
 * platform that compiles the filter: macOS numbers them otherwise.
 */
const numbers: ReadonlyMap<string, number> = new Map(Object.entries<number>(data.errnos));
const names = new Map([...numbers].toReversed().map(([name, number]) => [number, name]));

/** Every name of an error. */
export const errnoNames: readonly string[] = [...numbers.keys()];

/** The largest error number that a filter can return (`MAX_ERRNO`, seccomp(2)). */
export const maxErrno = 4095;

/** The number of a Linux error name, or undefined if there is none of that name. */
export function errnoNumber(name: string): number | undefined {
  return numbers.get(name);
}

/** The Linux name of an error number, or the number in decimal where it has none. */
export function linuxErrnoName(number: number): string {
  return names.get(number) ?? String(number);
}
