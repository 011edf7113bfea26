import { setFlagsFromString } from 'node:v8';

/**
 * What V8 does in other threads takes a processor from the server, from pacman and from who decompresses. A process that
 * only downloads does not get it back.
 */
const always = [
  // undici's parser of HTTP is WebAssembly. An exiting process also waits for the compiler that would optimize it.
  '--liftoff-only',
  // The heap is small: buffers are outside it.
  '--no-incremental-marking',
];

/**
 * Bytes of bytecode that a function runs before it is optimized, 66 KiB by default. A file of a gigabyte still has that. Later
 * releases of V8 have no such flag, and complain on standard error.
 */
const ofNode20 = [`--interrupt-budget=${2 << 20}`];

/**
 * Keeps V8 from work that takes longer than it saves. undici compiles its parser for its first connection, so call this
 * before that, and no earlier. With other flags V8 refuses the code cache that Node has for its built-in modules.
 * Loading one takes longer then.
 *
 * @see `setFlagsFromString` of node:v8, `node --v8-options`
 */
export function setDownloadFlags(): void {
  const flags = process.versions.v8.startsWith('11.') ? [...always, ...ofNode20] : always;
  for (const flag of flags) setFlagsFromString(flag);
}
