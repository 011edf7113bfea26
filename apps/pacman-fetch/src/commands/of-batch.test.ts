import { describe, expect, it } from 'vitest';

import { isOfBatch } from './of-batch.js';
import { meantBy, standsForPacman } from './words.js';

/** The commands that are in the program of batches: another one is not part of it. */
const inIt = ['pacman', 'prefetch', 'refresh'];

describe('a command line', () => {
  it.each([...inIt, ...Array.from(standsForPacman.letters, (letter) => `-${letter}y`)])(
    'that begins with %s is for a command of the program of batches',
    (first) => {
      expect(isOfBatch(first)).toBe(true);
      expect(inIt).toContain(meantBy([first, 'x'])[0]);
    },
  );

  it.each([undefined, '', '-o', '-V', '-q', '--sync', '--noconfirm', 'xfer', 'conf', 'refreshes', 'toString'])(
    'that begins with %s is for the other one',
    (first) => {
      expect(isOfBatch(first)).toBe(false);
    },
  );
});
