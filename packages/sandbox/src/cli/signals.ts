import type { ChildProcess } from 'node:child_process';

import { errorCode, readKernelFile } from '@sb/core';

const forwarded = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGTERM',
  'SIGUSR1',
  'SIGUSR2',
  'SIGWINCH',
  'SIGTSTP',
  'SIGCONT',
] as const satisfies readonly NodeJS.Signals[];

type Forwarded = (typeof forwarded)[number];

/** What a terminal sends to the whole group in its foreground (`termios(3)`, `tty_ioctl(4)`). */
const ofTerminal: ReadonlySet<Forwarded> = new Set(['SIGINT', 'SIGQUIT', 'SIGTSTP', 'SIGWINCH', 'SIGCONT']);

/**
 * Passes the signals that sb-run gets on to the command: to its whole process group where it has a session of its own,
 * as a terminal does; else to the command alone, and then not what the terminal has given it already. Those that come
 * before the command runs are passed on when it does.
 */
export class SignalForwarding {
  readonly #ownGroup: boolean;
  readonly #waiting: Forwarded[] = [];
  #target: ChildProcess | undefined;

  /** @param ownGroup - whether the command leads a process group of its own */
  constructor(ownGroup: boolean) {
    this.#ownGroup = ownGroup;
    for (const signal of forwarded) process.on(signal, () => this.#receive(signal));
  }

  /** From now on the command runs. */
  startTo(target: ChildProcess): void {
    this.#target = target;
    for (const signal of this.#waiting.splice(0)) this.#pass(signal, target);
  }

  #receive(signal: Forwarded): void {
    if (this.#target === undefined) this.#waiting.push(signal);
    else this.#pass(signal, this.#target);
  }

  #pass(signal: Forwarded, target: ChildProcess): void {
    const hasIt = !this.#ownGroup && ofTerminal.has(signal) && isInForeground();
    if (!hasIt) this.#send(signal, target);
    if (signal !== 'SIGTSTP') return;
    // The kernel ignores SIGTSTP in a group whose session nobody else is in (setpgid(2)): it would run on.
    if (this.#ownGroup) this.#send('SIGSTOP', target);
    process.kill(process.pid, 'SIGSTOP');
  }

  #send(signal: NodeJS.Signals, { pid, exitCode, signalCode }: ChildProcess): void {
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    try {
      process.kill(this.#ownGroup ? -pid : pid, signal);
    } catch (error) {
      // It may have ended meanwhile.
      if (errorCode(error) !== 'ESRCH') throw error;
    }
  }
}

/** Whether this process's group is the one that its terminal sends signals to (proc_pid_stat(5)). */
function isInForeground(): boolean {
  try {
    const stat = readKernelFile('/proc/self/stat');
    const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return group === foreground;
  } catch {
    // Without /proc nothing is known, and a signal twice is better than none.
    return false;
  }
}
