import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

import type { SandboxedProcess } from '@sb/sandbox';

/** Milliseconds for what is still in the pipes of a process that has ended. */
const forTheRest = 200;

/**
 * Waits for the end of a process, and for what it has said. What it has started may hold its pipes open for as long as
 * it likes: that is waited for no longer.
 *
 * @returns its status, and the signal that ended it
 * @throws SandboxError where it was not started
 */
export async function endOf(child: SandboxedProcess): Promise<readonly [status: number | null, signal: string | null]> {
  const closed = once(child, 'close') as Promise<[number | null, string | null]>;
  // It says `close` alone where the program was not started.
  const end = await Promise.race([once(child, 'exit') as typeof closed, closed]);
  const waiting = new AbortController();
  const { signal } = waiting;
  await Promise.race([closed, delay(forTheRest, undefined, { signal }).catch(() => undefined)]);
  waiting.abort();
  for (const stream of [child.stdout, child.stderr]) stream?.destroy();
  return end;
}
