/* A target that may make a user namespace, and does so before anybody has looked at it: no contradiction of the plan. */
import { once } from 'node:events';

import { compileC, missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createSandbox } from '../../src/index.js';

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = temporaryFolder();
  await compileC(folder.file('unshares'), {
    from: import.meta.url,
    sources: ['fixtures/unshares.c'],
    flags: ['-static'],
  });
});
afterAll(() => folder[Symbol.dispose]());

/** Starts it, and keeps this process busy until it is in its namespace, so that what is read back comes later. */
async function start(options: Parameters<typeof createSandbox>[0]) {
  const child = createSandbox({ user: 'nobody', landlock: 'off', ...options }).spawn(folder.file('unshares'));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  const ended = once(child, 'close') as Promise<[number | null]>;
  const report = await child.enforcement;
  child.stdin?.end();
  const [status] = await ended;
  return { report, status };
}

describe.skipIf(missing('root', 'linux'))('a target that unshares at once', () => {
  it('is let alone where its filter lets it, and the report tells what the launcher did', async () => {
    for (let round = 0; round < 5; round++) {
      const { report, status } = await start({ seccomp: 'allow-all' });
      expect(status).toBe(0);
      expect(report.verified).toMatchObject({
        by: 'launcher',
        capEff: [],
        capBnd: [],
        uid: [65_534, 65_534, 65_534, 65_534],
      });
    }
  });

  it('gets no namespace under the default filter: the twin', async () => {
    const { report, status } = await start({});
    expect(status).toBe(1);
    expect(report.verified).toMatchObject({ capEff: [] });
  });
});
