import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8's optimizing compiler from undici's parser of HTTP, which is WebAssembly. It needs more time for that than it
 * saves in a batch, and an exiting process waits for it. undici compiles the parser for its first connection, so call
 * this before that, and no earlier. With other flags V8 refuses the code cache that Node has for its built-in modules.
 * Loading one takes longer then.
 *
 * @see `setFlagsFromString` of node:v8, `node --v8-options`
 */
export function compileParserOnce(): void {
  setFlagsFromString('--liftoff-only');
}
