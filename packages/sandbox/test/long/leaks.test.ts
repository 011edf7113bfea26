/* Ten thousand sandboxes one after the other, from a process that is looked at from outside. */
import { fixtureJson, missing, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

/** What the fixture had open, held and left behind, before and after. */
interface Usage {
  readonly descriptors: number;
  readonly children: number;
  readonly temporary: readonly string[];
  /** Bytes of heap and of native memory that were held. */
  readonly held: number;
}

const spawns = 10_000;
/** What garbage collection and caches may move in a run, in bytes. */
const slack = 8 * 2 ** 20;
/** Milliseconds for all of them. */
const timeout = 400_000;

describe.skipIf(missing('linux', 'root', 'landlock7'))('ten thousand sandboxes', () => {
  it('leave no descriptor, no zombie, no file and no growing memory', { timeout }, async () => {
    using folder = temporaryFolder();
    const env = { ...process.env, TMPDIR: folder.path };
    const fixture = new URL('fixtures/many.ts', import.meta.url);
    const [before, after] = await fixtureJson<[Usage, Usage]>(fixture, [String(spawns)], { env, timeout });
    expect(after.descriptors).toBe(before.descriptors);
    expect(after.children).toBe(0);
    expect([before.temporary, after.temporary]).toEqual([[], []]);
    expect(after.held - before.held).toBeLessThan(slack);
  });
});
