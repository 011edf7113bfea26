import { writeSync } from 'node:fs';

import { escaped } from '@sb/core';

/**
 * Says something to whoever called sb-run. By the system call: `process.stderr` would make a pipe non-blocking for the
 * command too, which shares it. Names in it can do nothing to a terminal.
 *
 * @param text - without a line end
 */
export function complain(text: string): void {
  try {
    writeSync(2, `sb-run: ${escaped(text)}\n`);
  } catch {
    // Nobody is left to tell.
  }
}

/**
 * Keeps Node from making `process.stderr`, which `net` looks at whenever any socket closes (lib/net.js, `_destroy`): a
 * pipe would become non-blocking with it, and the command that shares it would lose output (`EAGAIN`).
 */
export function leaveStandardError(): void {
  Object.defineProperty(process, 'stderr', { value: undefined });
}

/**
 * Prints on standard output, where no command runs that could share it.
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
