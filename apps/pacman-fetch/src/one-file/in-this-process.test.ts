/* What this process does where the layers were applied, and the kernel says that it is root all the same. */
import type { restrictSelf as restrict, SelfReport } from '@sb/sandbox';
import type { downloadHere as download, SingleResult } from '@sb/fetcher/here';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import type { Run, RunEvents } from './run.js';

const { restrictSelf, downloadHere } = vi.hoisted(() => ({
  restrictSelf: vi.fn<typeof restrict>(),
  downloadHere: vi.fn<typeof download>(),
}));
vi.mock('@sb/sandbox', async (original) => ({ ...(await original<object>()), restrictSelf }));
vi.mock('@sb/fetcher/here', async (original) => ({ ...(await original<object>()), downloadHere }));

const { downloadInThisProcess } = await import('./in-this-process.js');

const { signal } = new AbortController();
const events = { signal, onProgress: () => {}, onEnforcement: vi.fn<RunEvents['onEnforcement']>() };

const done = {} as unknown as SingleResult;

/** Without a sandbox nothing of this process is given up, which the test runner still needs. */
function run(kind: 'switch' | 'off' | 'unchanged'): Run {
  return { settings: { useSandbox: { word: 'no' } }, user: { kind, policy: { uid: 954, gid: 954 } } } as unknown as Run;
}

function isNow(...uid: readonly number[]): void {
  restrictSelf.mockReturnValue({ status: 'full', features: [], verified: { uid } } as unknown as SelfReport);
}

describe('downloadInThisProcess', () => {
  beforeEach(() => {
    downloadHere.mockReset().mockResolvedValue(done);
  });

  it.each([
    ['real', [0, 954, 954, 954]],
    ['effective', [954, 0, 954, 954]],
    ['saved', [954, 954, 0, 954]],
    ['file-system', [954, 954, 954, 0]],
    ['every', [0, 0, 0, 0]],
  ])('asks nobody for anything while its %s uid is root’s', async (_, uid) => {
    isNow(...uid);
    for (const kind of ['switch', 'unchanged'] as const) {
      await expect(downloadInThisProcess(run(kind), events)).rejects.toMatchObject({
        kind: 'sandbox',
        message: 'this process is still root, so nothing was downloaded',
      });
    }
    expect(downloadHere).not.toHaveBeenCalled();
    expect(events.onEnforcement).not.toHaveBeenCalled();
  });

  it('downloads as another user, and as root where that was asked for: the twins', async () => {
    isNow(954, 954, 954, 954);
    expect(await downloadInThisProcess(run('switch'), events)).toBe(done);
    isNow(0, 0, 0, 0);
    expect(await downloadInThisProcess(run('off'), events)).toBe(done);
  });
});
