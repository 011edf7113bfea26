/* What was written is not what was said to have come. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { complete } from './conclusion.js';
import { openDestination } from './files.js';
import type { Run } from './run.js';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

describe.skipIf(missing('linux'))('FILE', () => {
  function finish(size: number, maxBytes: number): void {
    const destination = openDestination(folder.file('x'), true);
    try {
      appendFileSync(destination.descriptor, 'came');
      complete({ destination, request: { maxBytes } } as unknown as Run, { size, lastModified: null });
    } finally {
      destination.close();
    }
  }

  it.each([
    ['fewer bytes than were told', 5, 100, /x\.part has 4 bytes instead of 5/],
    ['more bytes than its kind may', 4, 3, /x\.part is larger than 3 bytes/],
  ])('with %s gets no name, and that is an error of this program', (_, size, maxBytes, message) => {
    const error = { name: 'FetchError', kind: 'file', message: expect.stringMatching(message) as string };
    expect(() => finish(size, maxBytes)).toThrow(expect.objectContaining(error));
    expect(existsSync(folder.file('x'))).toBe(false);
  });

  it('that is whole gets its name: the twin', () => {
    finish(4, 4);
    expect(readFileSync(folder.file('x'), 'utf8')).toBe('came');
  });
});
