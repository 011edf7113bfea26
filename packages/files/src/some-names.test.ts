import { writeFileSync } from 'node:fs';

import { temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { Folder } from './folder.js';
import { someNames } from './some-names.js';

describe('someNames', () => {
  it('returns as many names as requested, and no more than exist', () => {
    using place = temporaryFolder();
    using folder = Folder.open(place.path);
    expect(someNames(folder, 3)).toEqual([]);
    for (let number = 0; number < 5; number++) writeFileSync(place.file(`x${number}`), '');
    expect(someNames(folder, 3)).toHaveLength(3);
    expect([...someNames(folder, 9)].toSorted()).toEqual(['x0', 'x1', 'x2', 'x3', 'x4']);
  });
});
