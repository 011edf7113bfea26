import { writeSync } from 'node:fs';

import { escaped } from '@sb/core';

/**
 * Prints a message for the caller of sb-run. It uses the system call: `process.stderr` would make a pipe non-blocking
 * for the command too, which shares it. Control characters in names are escaped, so that they cannot affect a terminal.
 *
 * @param text - without a line end
 */
export function complain(text: string): void {
  try {
    writeSync(2, `sb-run: ${escaped(text)}\n`);
  } catch {
    // No one can read it.
  }
}

/**
 * Keeps Node from making `process.stderr`, which `net` checks whenever a socket closes (lib/net.js, `_destroy`). A pipe
 * would become non-blocking with it, and the command that shares it would lose output (`EAGAIN`).
 */
export function leaveStandardError(): void {
  Object.defineProperty(process, 'stderr', { value: undefined });
}

/**
 * Prints to standard output when no command runs that could share it.
 *
 * @throws the error of the write, for instance `EPIPE`
 */
export async function print(text: string): Promise<void> {
  const { stdout } = process;
  await new Promise<void>((resolve, reject) => {
    stdout.once('error', reject);
    stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}
