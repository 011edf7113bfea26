import { native } from '../native.js';

/**
 * Ends this process at once. `process.exit` waits for libuv's threads, and a name look-up cannot be cancelled: that
 * takes half a minute or more if the name servers are silent (getaddrinfo(3), resolv.conf(5)). No listener and no
 * `finally` runs, and buffered data of streams is lost.
 *
 * @param status - exit status, 0 to 255
 * @throws SandboxError `prebuild-missing`
 * @see _exit(2)
 */
export function endNow(status: number): never {
  return native().endNow(status);
}
