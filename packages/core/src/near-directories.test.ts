/* Random paths, one after the other from the same directories: each leads where stat(2) leads, and is closed once. */
import {
  closeSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { holdPath, type HoldPathOptions } from './hold-path.js';
import { NearDirectories } from './near-directories.js';

const opened = (): number => readdirSync('/proc/self/fd').length;

/** What a call says that a path leads to: its inode, or an error's name. */
function said(call: () => { readonly ino: number | bigint }): string {
  try {
    return String(call().ino);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

function found(path: string, options: HoldPathOptions): string {
  return said(() => {
    const held = holdPath(path, options);
    try {
      return fstatSync(held, { bigint: true });
    } finally {
      closeSync(held);
    }
  });
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sb-core-'));
  const file = (name: string): string => join(folder, name);
  mkdirSync(file('a/b/c'), { recursive: true });
  mkdirSync(file('d'));
  writeFileSync(file('a/b/x'), '');
  const dots = { s: '.', 'a/s': '.', 'a/b/s': '../b/.', 'd/s': './/' };
  const links = { ...dots, 'a/l': '../d', 'a/b/lx': 'x', 'd/m': file('a/b'), 'd/up': '..' };
  for (const [name, target] of Object.entries(links)) symlinkSync(target, file(name));
  for (let number = 0; number < 9; number++) mkdirSync(file(`q${number}`));
  return () => rmSync(folder, { recursive: true });
});

/** Names that lead somewhere more often than the other ones, which are many so that not all are kept. */
const [usual, rare] = [
  ['a', 'b', 'd', 's', 'l', 'm', 'up', '..', 'x'],
  ['c', 'lx', '.', '', 'none', 'q0', 'q1', 'q2', 'q3', 'q4', 'q5', 'q6', 'q7', 'q8'],
];
const name = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...usual) }, fc.constantFrom(...rare));
const names = fc.array(name, { maxLength: 5, size: 'max' });
const question = fc.tuple(
  names,
  fc.constantFrom('', '', '/', '/.'),
  fc.constantFrom(true, true, false, 'above' as const),
);

describe.skipIf(process.platform !== 'linux')('paths from the same directories', () => {
  it('lead where they lead alone, and leave nothing open', () => {
    const before = opened();
    fc.assert(
      fc.property(fc.array(question, { maxLength: 40, size: 'max' }), (questions) => {
        {
          using near = new NearDirectories();
          for (const [way, end, follows] of questions) {
            const asked = `${folder}/${way.join('/')}${end}`;
            const got = found(asked, { follows, near });
            // Without links on the way, only that path itself can say what is right: it has no call.
            const kernel =
              follows === false ? got : said(() => (follows === true ? statSync : lstatSync)(asked, { bigint: true }));
            expect([asked, follows, got]).toEqual([asked, follows, kernel]);
            expect(got).not.toBe('EBADF');
          }
        }
        expect(opened()).toBe(before);
      }),
      { numRuns: 80 },
    );
  });

  it('are closed once where a link leads to the directory that it lies in', () => {
    const before = opened();
    {
      using near = new NearDirectories();
      const held = holdPath(join(folder, 'a/s'), { near });
      closeSync(held);
      expect(found(join(folder, 'a/b'), { near })).toBe(said(() => statSync(join(folder, 'a/b'))));
    }
    expect(opened()).toBe(before);
  });

  it('lead through a link where another question took it as it is', () => {
    using near = new NearDirectories();
    for (const follows of [false, true, false, 'above'] as const) {
      const way = found(join(folder, 'a/l/none'), { follows, near });
      expect([follows, way]).toEqual([follows, follows === false ? 'ENOTDIR' : 'ENOENT']);
    }
  });
});
