import type * as Os from 'node:os';

/**
 * Returns Node's module about the operating system. It is loaded when it is first needed: that takes half a millisecond, which most
 * starts need not spend.
 */
export function lateOs(): typeof Os {
  return process.getBuiltinModule('node:os');
}
