/* A name that changes while it is judged: nothing is gained by it, and nothing is told that was not refused. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

import { compileC, fewOrMany, missing, temporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createSandbox } from '../../src/index.js';

const programs = temporaryFolder();
const races = programs.file('races');
/** Of each of the three kinds: more than ten million in the long run. */
const tries = fewOrMany(5000, 3_400_000);

beforeAll(async () => {
  const flags = ['-static', '-pthread'];
  await compileC(races, { from: import.meta.url, sources: ['fixtures/races.c'], flags });
});
afterAll(() => programs[Symbol.dispose]());

interface Said {
  readonly refused: number;
  readonly allowed: number;
  readonly gained: number;
  readonly others: number;
}

describe.skipIf(missing('linux', 'landlock6'))('a name that changes', () => {
  it.each(['bytes', 'link', 'folder'])(
    `by its %s gains nothing in ${tries} tries, and what is told was refused`,
    async (how) => {
      using folder = temporaryFolder(0o755);
      for (const name of ['open', 'shut', 'open/folder']) mkdirSync(folder.file(name));
      for (const name of ['open/file', 'shut/file', 'open/folder/file']) writeFileSync(folder.file(name), 'x');
      symlinkSync('file', folder.file('open/link'));
      symlinkSync('../shut/file', folder.file('open/other'));
      symlinkSync('../shut', folder.file('open/away'));
      const paths = [{ rw: folder.file('open') }, { rx: races }];
      const sandbox = createSandbox({ landlock: { preset: 'none', paths, scope: ['signal'] } });
      const child = sandbox.spawn(races, [folder.path, how, String(tries)], {
        stdio: ['ignore', 'pipe', 'inherit'],
        denials: true,
      });
      const [said] = await Promise.all([text(child.stdout), once(child, 'close'), child.enforcement]);
      await child.denials?.ended;
      const { refused, allowed, gained, others } = JSON.parse(said) as Said;
      expect([gained, others, refused + allowed]).toEqual([0, 0, tries]);
      // Both happened, so that the race was one.
      expect(Math.min(refused, allowed)).toBeGreaterThan(0);
      const told = child.denials?.all ?? [];
      const opened = told.filter(({ call }) => call === 'openat');
      expect([...new Set(opened.map(({ path }) => path))]).toEqual([folder.file('shut/file')]);
      expect(opened.reduce((sum, { count }) => sum + count, 0)).toBeLessThanOrEqual(refused);
      expect(child.denials?.state).toBe('complete');
    },
    fewOrMany(600_000, 7_200_000),
  );
});
