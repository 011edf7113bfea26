import { native } from '../native.js';

/**
 * Ends this process at once. `process.exit` waits for what libuv's threads are about, and a name that is being resolved
 * can't be called off: half a minute and more where the name servers are silent (getaddrinfo(3), resolv.conf(5)).
 * Nothing runs any more: no listener, no `finally`, and what a stream still holds is lost.
 *
 * @param status - exit status, 0 to 255
 * @throws SandboxError `prebuild-missing`
 * @see _exit(2)
 */
export function endNow(status: number): never {
  return native().endNow(status);
}
