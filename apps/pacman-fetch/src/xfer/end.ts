import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

import type { SandboxedProcess } from '@sb/sandbox';

/** Milliseconds for the rest of the output in the pipes of an ended process. */
const forTheRest = 200;

/**
 * Waits for the end of a process, and for its output. Programs that it started may hold its pipes open without limit;
 * they are not waited for.
 *
 * @returns its status, and the signal that ended it
 * @throws SandboxError if it was not started
 */
export async function endOf(child: SandboxedProcess): Promise<readonly [status: number | null, signal: string | null]> {
  const closed = once(child, 'close') as Promise<[number | null, string | null]>;
  // If the program was not started, there is only a `close`.
  const end = await Promise.race([once(child, 'exit') as typeof closed, closed]);
  const waiting = new AbortController();
  const { signal } = waiting;
  await Promise.race([closed, delay(forTheRest, undefined, { signal }).catch(() => undefined)]);
  waiting.abort();
  for (const stream of [child.stdout, child.stderr]) stream?.destroy();
  return end;
}
