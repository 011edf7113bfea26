import { describe, expect, it } from 'vitest';

import { parseSummed, withSums } from './sums.js';
import { printFormat } from './wanted.js';

const sum = (name: string): string => name.repeat(64);
const wanted = (repository: string, name: string) => ({
  repository,
  name,
  file: `${name}.pkg`,
  size: 7,
  sha256: undefined,
});

/** What pacman 7 says by -Si, cut short. */
const said = (repository: string, name: string, validation: string): string =>
  [
    `Repository      : ${repository}`,
    `Name            : ${name}`,
    'Description     : Validated By    : SHA-256 Sum\rValidated By    : SHA-256 Sum',
    `Validated By    : ${validation}`,
    '',
    '',
  ].join('\n');

/** A pacman whose `evil` repository has a package `e` that it crashes by. */
function pacman(crashes: (question: readonly string[], packages: readonly string[]) => boolean) {
  const asked: (readonly string[])[] = [];
  const ask = async (question: readonly string[], packages: readonly string[]): Promise<string | undefined> => {
    asked.push([question[0] ?? '', ...packages]);
    if (crashes(question, packages)) return await Promise.resolve(undefined);
    const names = packages.map((one) => one.split('/') as [string, string]);
    if (question[0] === '-Si') return names.map(([r, n]) => said(r, n, n === 'e' ? 'None' : 'SHA-256 Sum')).join('');
    const cells = (r: string, n: string): readonly string[] => [r, n, '7', sum(n), `${n}.pkg`];
    const [mark = ''] = printFormat.split('\t');
    return names.map(([r, n]) => [mark, ...cells(r, n)].join('\t')).join('\n');
  };
  return { asked, ask };
}

const all = [wanted('core', 'a'), wanted('core', 'b'), wanted('evil', 'e'), wanted('evil', 'f')];
const sums = (found: readonly { readonly sha256: string | undefined }[]) => found.map(({ sha256 }) => sha256);

describe('withSums', () => {
  it('finds those of all but the packages that have none, by two questions for a repository', async () => {
    const { ask, asked } = pacman(() => false);
    expect(sums(await withSums(all, ask))).toEqual([sum('a'), sum('b'), undefined, sum('f')]);
    expect(asked).toEqual([
      ['-Si', 'core/a', 'core/b'],
      ['--print', 'core/a', 'core/b'],
      ['-Si', 'evil/e', 'evil/f'],
      ['--print', 'evil/f'],
    ]);
  });

  it.each(['-Si', '--print'])(
    'loses those of one repository alone where it makes pacman crash by %s',
    async (first) => {
      const { ask } = pacman((question, [name = '']) => question[0] === first && name.startsWith('evil/'));
      expect(sums(await withSums(all, ask))).toEqual([sum('a'), sum('b'), undefined, undefined]);
    },
  );

  it('takes no sum of a repository for another one', async () => {
    const { ask } = pacman(() => false);
    const found = await withSums([wanted('core', 'e'), wanted('evil', 'e'), wanted('evil', 'a')], ask);
    expect(sums(found)).toEqual([undefined, undefined, sum('a')]);
  });
});

describe('parseSummed', () => {
  it.each([
    ['SHA-256 Sum', true],
    ['MD5 Sum  SHA-256 Sum  Signature', true],
    ['MD5 Sum', false],
    ['None', false],
  ])('reads %j', (validation, isSummed) => {
    expect(parseSummed(said('core', 'a', validation)).has('core/a')).toBe(isSummed);
  });
});
