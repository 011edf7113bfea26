import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';

import { errorCode } from '@sb/core';

import { FetchError } from '../errors.js';

/** What is passed on. A terminal sends SIGINT to pacman itself, as to everything that runs in it. */
const passed = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs the real pacman in our place: with our streams, and signals passed on.
 *
 * @param args - its own
 * @returns its exit status, or 128 + number for the signal that ended it
 * @throws FetchError `usage` where there is none
 */
export async function runThrough(args: readonly string[]): Promise<number> {
  let child: ChildProcess | undefined;
  const listeners = passed.map((signal) => [signal, () => passOn(child, signal)] as const);
  // Before there is a pacman: none may be left behind by a signal that ends us.
  for (const [signal, listener] of listeners) process.on(signal, listener);
  try {
    child = spawn('pacman', args, { stdio: 'inherit' });
    const [status, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return status ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') throw new FetchError('usage', 'there is no pacman', 'Install it, or set PATH.');
    throw error;
  } finally {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  }
}

function passOn(child: ChildProcess | undefined, signal: NodeJS.Signals): void {
  if (signal === 'SIGINT' && process.stdin.isTTY) return;
  child?.kill(signal);
}
