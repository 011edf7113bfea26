import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

import { missing, silentResolver, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runBatch } from './kit/batch.js';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

const timedOut = /^connect: Connection to dead\.test timed out \(UND_ERR_CONNECT_TIMEOUT\)$/;
const limits = { connectTimeout: 2000 };

describe.skipIf(missing('root', 'linux', 'landlock6', 'unshare'))('a resolver that never answers', () => {
  it('loses neither complete files nor partial ones', async () => {
    // Half a minute for a name: longer than a worker has ever been waited for.
    await using network = await silentResolver(folder.file('resolv.conf'), 3);
    writeFileSync(folder.file('part.part'), 'what came before');
    const begun = performance.now();
    const outcomes = await runBatch({
      requests: [
        { sources: ['http://dead.test/x', 'http://good.test/x'], to: folder.file('x') },
        { sources: ['http://dead.test/part'], to: folder.file('part') },
      ],
      options: { limits },
      prefix: network.prefix,
    });
    expect(outcomes).toEqual(['done', expect.stringMatching(timedOut)]);
    expect(performance.now() - begun).toBeLessThan(15_000);
    expect(readdirSync(folder.path).sort()).toEqual(['part.part', 'resolv.conf', 'x']);
    expect(readFileSync(folder.file('x'), 'utf8')).toBe('good');
    expect(readFileSync(folder.file('part.part'), 'utf8')).toBe('what came before');
  });

  it.each([
    ['one mirror', () => 'dead.test'],
    ['a mirror of each file', (index: number) => `dead${index}.test`],
  ])('for %s does not prevent the resolution of other names', async (_whose, dead) => {
    await using network = await silentResolver(folder.file('resolv.conf'), 2);
    const requests = Array.from({ length: 10 }, (_, index) => ({
      sources: [`http://${dead(index)}/x`, 'http://good.test/x'],
      to: folder.file(`x${index}`),
    }));
    const outcomes = await runBatch({ requests, options: { limits, parallel: 5 }, prefix: network.prefix });
    expect(outcomes).toEqual(requests.map(() => 'done'));
  });
});
