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

/** Signals that a terminal sends to its whole foreground group (`termios(3)`, `tty_ioctl(4)`). */
const ofTerminal: ReadonlySet<Forwarded> = new Set(['SIGINT', 'SIGQUIT', 'SIGTSTP', 'SIGWINCH', 'SIGCONT']);

/**
 * Passes the signals of sb-run on to the command. A command with its own session gets them for its whole process group,
 * as from a terminal. Another gets them alone, without those that the terminal has sent to it already. Signals before
 * the start of the command are passed on after it.
 */
export class SignalForwarding {
  readonly #ownGroup: boolean;
  readonly #waiting: Forwarded[] = [];
  #target: ChildProcess | undefined;

  /** @param ownGroup - whether the command leads a process group */
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
    // The kernel ignores SIGTSTP in a group that is alone in its session (setpgid(2)): it would continue to run.
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

/** Whether this process is in the foreground group of its terminal (proc_pid_stat(5)). */
function isInForeground(): boolean {
  try {
    const stat = readKernelFile('/proc/self/stat');
    const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return group === foreground;
  } catch {
    // Without /proc that is unknown, and a signal twice is better than none.
    return false;
  }
}
