import { readFileSync } from 'node:fs';

import { missing, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { createFetcher } from '../src/fetcher.js';
import { errorOf, fetcherFor } from './kit/fetch.js';
import { fileServer, rawServer, response } from './kit/server.js';

describe.skipIf(missing('root', 'linux', 'landlock6'))('a file that takes too long', () => {
  it('is ended at any rate of its bytes, though another source was asked as well', async () => {
    using folder = temporaryFolder();
    const drips = async () =>
      await rawServer((socket) => {
        socket.write(response('200 OK', { 'content-length': 1_000_000 }));
        const timer = setInterval(() => socket.write('x'.repeat(100)), 50);
        socket.on('close', () => clearInterval(timer));
      });
    await using slow = await drips();
    await using other = await drips();
    await using server = await fileServer({ '/y': 'good' });
    await using fetcher = fetcherFor({ limits: { timeout: 1500 } });
    const begun = performance.now();
    const outcomes = await fetcher.download([
      { sources: [`${slow.origin}/x`, `${other.origin}/x`], to: folder.file('x') },
      { sources: [`${server.origin}/y`], to: folder.file('y') },
    ]);
    expect(performance.now() - begun).toBeLessThan(5000);
    expect(outcomes.map(errorOf)).toEqual(['timeout: The file took longer than 1.5 seconds', undefined]);
    expect(Math.max(...[slow, other].map(({ requests }) => requests.length))).toBe(1);
    // What came can be gone on with.
    expect(readFileSync(folder.file('x.part'), 'latin1')).toMatch(/^x{500,}$/);
  });

  it('is complete without a limit, and with a limit beyond that of timers', () => {
    expect(() => createFetcher({ user: 'nobody', limits: { timeout: 0 } })).not.toThrow();
    expect(() => createFetcher({ user: 'nobody', limits: { timeout: 2 ** 31 } })).toThrow('limits.timeout');
  });
});
