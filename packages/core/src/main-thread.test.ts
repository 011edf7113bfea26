import { Worker, isMainThread as isNodes } from 'node:worker_threads';

import { afterEach, describe, expect, it, vi } from 'vitest';

import * as kernelFile from './kernel-file.js';
import { isMainThread } from './main-thread.js';

/** What `/proc/thread-self` is in a worker. */
async function linkInWorker(): Promise<string> {
  const code = `require('node:worker_threads').parentPort.postMessage(require('node:fs').readlinkSync('/proc/thread-self'))`;
  const worker = new Worker(code, { eval: true });
  try {
    return await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  } finally {
    await worker.terminate();
  }
}

describe('isMainThread', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('answers as Node does', () => {
    expect(isMainThread()).toBe(isNodes);
  });

  it.skipIf(process.platform !== 'linux')(
    'asks Node where the thread does not lead the process, as no worker does',
    async () => {
      const ask = vi.spyOn(process, 'getBuiltinModule').mockReturnValue({ isMainThread: false });
      const link = vi.spyOn(kernelFile, 'readKernelLink').mockReturnValue('7/task/7');
      expect(isMainThread()).toBe(true);
      expect(ask).not.toHaveBeenCalled();
      for (const answer of [await linkInWorker(), '7/task/8', '7', '']) {
        link.mockReturnValue(answer);
        expect(isMainThread()).toBe(false);
      }
      link.mockImplementation(() => {
        throw new Error('ENOENT');
      });
      expect(isMainThread()).toBe(false);
    },
  );
});
