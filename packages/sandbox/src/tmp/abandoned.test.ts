import { chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';

import { Folder, FoundFolder } from '@sb/files';
import { missing, stranger, temporaryFolder } from '@sb/test-kit';
import { expect, it, vi } from 'vitest';

import { lockName, sweep, timeShare } from './abandoned.js';

it.skipIf(missing('linux', 'root'))(
  'looks at some hundred names of a neighbour and no more, and still finds what this user left',
  async () => {
    using folder = temporaryFolder();
    using base = Folder.open(folder.path);
    for (let number = 0; number < 1500; number++) {
      const name = folder.file(`sb-tmp-n${number}`);
      mkdirSync(name);
      chownSync(name, stranger.uid, stranger.gid);
    }
    const own = folder.file('sb-tmp-own');
    mkdirSync(own);
    // As one whose processes have all ended.
    writeFileSync(`${own}/${lockName}`, 'x');
    const open = vi.spyOn(FoundFolder, 'open');
    // Each look would have to wait for nine times as long as the last one took.
    const pause = vi.spyOn(timeShare, 'pause', 'get').mockReturnValue(0);
    const once = (): number => {
      const before = open.mock.calls.length;
      sweep(base);
      return open.mock.calls.length - before;
    };
    try {
      let most = 0;
      await vi.waitFor(
        () => {
          most = Math.max(most, once());
          expect(existsSync(own)).toBe(false);
        },
        { timeout: 20_000, interval: 100 },
      );
      await vi.waitFor(() => expect((most = Math.max(most, once()))).toBeGreaterThan(0), { timeout: 10_000 });
      expect(most).toBeLessThanOrEqual(501);
    } finally {
      open.mockRestore();
      pause.mockRestore();
    }
  },
  40_000,
);
