/* A disk that takes its time while servers don't: nothing piles up, and no server is blamed. */
import { readdirSync, readFileSync } from 'node:fs';

import { compileC, missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { startBatch } from './kit/batch.js';
import { fileServer } from './kit/server.js';
import { peakMemory, workerPids } from './kit/worker-pid.js';

const programs = temporaryFolder();
const library = programs.file('slow-disk.so');
const large = 'from a fast server. '.repeat(200_000);
const small = large.slice(0, 1_000_000);

let folder: TemporaryFolder;
beforeAll(async () => {
  const flags = ['-shared', '-fPIC'];
  await compileC(library, { from: import.meta.url, sources: ['fixtures/slow-disk.c'], flags });
});
afterAll(() => programs[Symbol.dispose]());
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

const slow = (milliseconds: number): readonly string[] => [
  'env',
  `LD_PRELOAD=${library}`,
  `SB_MILLISECONDS=${milliseconds}`,
];

describe.skipIf(missing('root', 'linux', 'landlock6'))('a slow disk', () => {
  it('makes the servers wait, and neither process grow', async () => {
    await using server = await fileServer({ '/x': small });
    const requests = Array.from({ length: 48 }, (_, index) => ({
      sources: [`${server.origin}/x`],
      to: folder.file(`x${index}`),
    }));
    const begun = performance.now();
    const { child, outcomes } = startBatch({ requests, options: { parallel: 48 }, prefix: slow(5) });
    let most = 0;
    const timer = setInterval(() => {
      const pids = child.pid === undefined ? [] : [child.pid, ...workerPids(child.pid)];
      most = Math.max(most, ...pids.map(peakMemory));
    }, 50);
    expect(await outcomes).toEqual(requests.map(() => 'done'));
    clearInterval(timer);
    // The 48 MB came no faster than they were written.
    expect(performance.now() - begun).toBeGreaterThan(2000);
    expect(most).toBeGreaterThan(30);
    expect(most).toBeLessThan(200);
    expect(readdirSync(folder.path)).toHaveLength(48);
    expect(readFileSync(folder.file('x47'), 'latin1') === small).toBe(true);
  });

  it('that stops for longer than a server may is not the server’s fault', async () => {
    await using server = await fileServer({ '/x': large });
    // Were it left for that, the other one would be asked.
    const requests = [{ sources: [`${server.origin}/x`, 'http://127.0.0.1:1/x'], to: folder.file('x') }];
    const limits = { slowWindow: 1000, slowBytes: 100_000 };
    const begun = performance.now();
    const { outcomes } = startBatch({ requests, options: { limits }, prefix: slow(200) });
    expect(await outcomes).toEqual(['done']);
    expect(performance.now() - begun).toBeGreaterThan(3000);
    expect(server.requests).toHaveLength(1);
  });
});
