/* What allowed twins have caused may come after their end. */
import { setTimeout as after } from 'node:timers/promises';

/** Waits until what this process counts stays the same: connections of before are in the queue of their server. */
export async function settled(count: () => number): Promise<number> {
  for (let last = count(); ; last = count()) {
    await after(50);
    if (count() === last) return last;
  }
}
