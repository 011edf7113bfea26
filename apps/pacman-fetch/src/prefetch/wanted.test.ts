import { symlinkSync, writeFileSync } from 'node:fs';

import { temporaryFolder } from '@sb/test-kit';
import { afterAll, describe, expect, it } from 'vitest';

import { parseWanted } from './wanted.js';

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());

const sum = 'a'.repeat(64);
const line = (repository: string, ...cells: readonly string[]): string =>
  ['@pacman-fetch@', repository, 'a', ...cells].join('\t');
const parse = (...lines: readonly string[]) => parseWanted(lines.join('\n'), [folder.path]);

describe('parseWanted', () => {
  it('reads its own lines, and leaves all others alone', () => {
    const lines = ['core\t7\tx\tother.pkg', line('core', '7', sum, 'a.pkg'), ':: a question', ''];
    expect(parse(...lines)).toEqual([{ repository: 'core', name: 'a', file: 'a.pkg', size: 7, sha256: sum }]);
  });

  it('adds what is there to what is still to come', () => {
    writeFileSync(folder.file('b.pkg.part'), '12345');
    expect(parse(line('core', '7', sum, 'b.pkg'))[0]?.size).toBe(12);
  });

  it('takes a part for none that leads nowhere, or in a circle', () => {
    symlinkSync(folder.file('loop.pkg.part'), folder.file('loop.pkg.part'));
    expect(parse(line('core', '7', sum, 'loop.pkg'))[0]?.size).toBe(7);
  });

  it.each(['0', '-1', '', 'x', '1e400', '9007199254740993'])('takes %j for no size', (size) => {
    expect(parse(line('core', size, sum, 'a.pkg'))[0]?.size).toBeUndefined();
  });

  it('accepts a sum in upper and lower case, and nothing else as one', () => {
    expect(parse(line('core', '7', sum.toUpperCase(), 'a.pkg'))[0]?.sha256).toBe(sum);
    for (const other of ['', 'None', `${sum}a`, sum.slice(1), sum.replace('a', 'g')]) {
      expect(parse(line('core', '7', other, 'a.pkg'))[0]?.sha256).toBeUndefined();
    }
  });

  it.each(['', '.hidden', '..', '../x', '/etc/passwd', 'a/b', 'a\u0007b', 'a\u007Fb', 'x'.repeat(256)])(
    'refuses a database that names a file %j',
    (file) => {
      expect(() => parse(line('core', '7', sum, file))).toThrow(expect.objectContaining({ kind: 'download' }));
    },
  );
});
