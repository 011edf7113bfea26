import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';

import { notStarted } from './not-started.js';

/** The signals that are passed on. A terminal sends SIGINT to pacman itself, as to everything that runs in it. */
const passed = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs the real pacman in place of this program: with its streams, and with signals passed on.
 *
 * @param args - its arguments
 * @param configuration - replaces its pacman.conf; open for reading, and it stays open
 * @returns its exit status, or 128 + number for the signal that ended it
 * @throws FetchError `usage` if pacman is not installed
 */
export async function runThrough(args: readonly string[], configuration?: number): Promise<number> {
  let child: ChildProcess | undefined;
  const listeners = passed.map((signal) => [signal, () => passOn(child, signal)] as const);
  // Before pacman starts: a signal that ends this process must not leave a pacman behind.
  for (const [signal, listener] of listeners) process.on(signal, listener);
  try {
    const extra = configuration === undefined ? [] : [configuration];
    // With it getopt(3) would take options after a target for targets.
    const { POSIXLY_CORRECT: _, ...env } = process.env;
    const stdio = ['inherit', 'inherit', 'inherit', ...extra] as const;
    child = spawn('pacman', withConfiguration(args, extra), { stdio: [...stdio], env });
    const [status, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return status ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  } catch (error) {
    throw notStarted(error);
  } finally {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  }
}

/**
 * After its other options, since the last `--config` counts, and before the targets. At the front as well, for a line
 * that ends with an option without its value.
 */
function withConfiguration(args: readonly string[], { length }: readonly number[]): readonly string[] {
  if (length === 0) return args;
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  const ours = ['--config', '/proc/self/fd/3'];
  return [...ours, ...args.slice(0, end), ...ours, ...args.slice(end)];
}

function passOn(child: ChildProcess | undefined, signal: NodeJS.Signals): void {
  if (signal === 'SIGINT' && process.stdin.isTTY) return;
  child?.kill(signal);
}
