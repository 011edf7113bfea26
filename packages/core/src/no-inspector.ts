/**
 * Prevents Node from opening its inspector on SIGUSR1 from now on. Every process of the new user may send that signal, and the
 * inspector opens a port by which every local user could run code in this process. A listener replaces Node's own handler.
 * It does not keep the process running.
 *
 * @see "Signal events" of Node's documentation, kill(2)
 */
export function refuseInspector(): void {
  if (!process.listeners('SIGUSR1').includes(ignore)) process.on('SIGUSR1', ignore);
}

function ignore(): void {
  // A listener that exists is enough.
}
