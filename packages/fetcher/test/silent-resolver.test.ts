import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runBatch } from './kit/batch.js';
import { silentResolver } from './kit/silent-resolver.js';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

const limits = { connectTimeout: 2000 };

describe.skipIf(missing('root', 'linux', 'landlock6', 'unshare'))('a resolver that never answers', () => {
  it.each([
    ['one mirror', () => 'dead.test'],
    ['a mirror of each file', (index: number) => `dead${index}.test`],
  ])('for %s keeps no other from being resolved', async (_whose, dead) => {
    await using network = await silentResolver(folder.file('resolv.conf'), 2);
    const requests = Array.from({ length: 10 }, (_, index) => ({
      sources: [`http://${dead(index)}/x`, 'http://good.test/x'],
      to: folder.file(`x${index}`),
    }));
    const outcomes = await runBatch({ requests, options: { limits, parallel: 5 }, prefix: network.prefix });
    expect(outcomes).toEqual(requests.map(() => 'done'));
  });
});
