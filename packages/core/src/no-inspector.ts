/**
 * Keeps Node from opening its inspector at SIGUSR1 from now on: who may send that signal, which is everybody of the user
 * that a process becomes, would open a port on which every local user could run code in it. A listener takes the place
 * of Node's own handler; it keeps no process running.
 *
 * @see "Signal events" of Node's documentation, kill(2)
 */
export function refuseInspector(): void {
  if (!process.listeners('SIGUSR1').includes(ignore)) process.on('SIGUSR1', ignore);
}

function ignore(): void {
  // That it is there is enough.
}
