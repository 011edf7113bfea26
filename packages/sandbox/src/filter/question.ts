import type { Rule } from '@sb/seccomp';

/** The value of an argument: a number, some bits of it, or anything. */
export type Wanted = number | bigint | { readonly mask: number; readonly value: number } | undefined;

/** A call by its name, with the values of its arguments; missing ones may be anything. */
export type Question = readonly [syscall: string, ...args: readonly Wanted[]];

/** What a filter answers. */
export type Action = Rule['action'];
