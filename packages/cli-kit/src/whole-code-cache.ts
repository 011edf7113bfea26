import { setFlagsFromString } from 'node:v8';

import { encodeCodeCache, readProgram, scriptOf } from './code-cache.js';

/**
 * Compiles every function of a program, and runs nothing of it. `createCachedData` has the functions that were compiled, and V8
 * compiles a function when it is first called unless it is told otherwise.
 *
 * @param program - absolute path of the module
 * @returns the content of its code cache
 * @throws Error of the system if it cannot be read; SyntaxError
 */
export function wholeCodeCache(program: string): Buffer {
  const { source } = readProgram(program);
  setFlagsFromString('--no-lazy');
  try {
    const script = scriptOf(program, source);
    // V8 takes a cache only with the flags with which it was made: those of an ordinary start.
    setFlagsFromString('--lazy');
    return encodeCodeCache(source, script.createCachedData());
  } finally {
    setFlagsFromString('--lazy');
  }
}
