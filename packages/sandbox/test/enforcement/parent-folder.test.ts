/* What the folder that the parent is in means for its children, where it moves or loses it. */
import { fixtureJson, missing } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

const fixture = new URL('fixtures/parent-folder.ts', import.meta.url);

describe.skipIf(missing('linux', 'landlock7'))('a parent', () => {
  it('that moves leaves the rules where they were, loses its directory, and gives ten thousand arguments', async () => {
    expect(await fixtureJson(fixture)).toEqual({
      before: [0, 1],
      touch: [0, 1],
      cp: [0, 1],
      many: '10000\n',
      gone: 0,
    });
  });
});
