import { EventEmitter } from 'node:events';
import { closeSync, openSync } from 'node:fs';

import { expect, it, vi } from 'vitest';

/** What a launcher that was left has: it has not ended, and holds its ends of the channel. */
const held: number[] = [];

vi.mock('@sb/sandbox/start', () => ({
  startProgram: (_sandbox: unknown, { stdio }: { readonly stdio: readonly (number | 'ignore')[] }) => {
    for (const descriptor of [stdio[2], stdio[4]]) held.push(openSync(`/proc/self/fd/${descriptor}`, 'w'));
    const child = new EventEmitter();
    const enforcement = Promise.reject(new Error('the launcher was left'));
    enforcement.catch(() => undefined);
    // As child.ts leaves one: without `exit`.
    setImmediate(() => child.emit('close', null, null));
    return Object.assign(child, {
      exitCode: null,
      signalCode: null,
      killed: false,
      stdio: [],
      enforcement,
      kill: () => true,
    });
  },
}));

const { WorkerProcess } = await import('./worker-process.js');

it.skipIf(process.platform !== 'linux')(
  'a worker whose launcher was left counts as ended, although its channel is open',
  async () => {
    const worker = new WorkerProcess({}, { descriptors: [], certificates: undefined, program: import.meta.filename });
    expect(held).toHaveLength(2);
    expect(await worker.ended).toMatchObject({ status: null, signal: null, lie: undefined });
    for (const descriptor of held) closeSync(descriptor);
  },
);
