import { describe, expect, it } from 'vitest';

import { parseBounds, withBounds } from './bounds.js';

/** What pacman 7 says, cut short. */
const said = (name: string, size: string): string =>
  [
    'Repository      : core',
    `Name            : ${name}`,
    'Description     : Name            : none',
    'Optional Deps   : a: for b',
    '                  c',
    `Download Size   : ${size}`,
    'Installed Size  : 900.00 GiB',
    '',
    '',
  ].join('\n');

describe('parseBounds', () => {
  it.each([
    ['49.07 KiB', 50_251],
    ['5.00 B', 5],
    ['1.21 MiB', 1_270_000],
    ['2.00 GiB', 2_147_483_648],
  ])('takes %s for a bound that no package of that size passes', (size, bytes) => {
    const bound = parseBounds(said('a', size)).get('core/a') ?? 0;
    expect(bound).toBeGreaterThanOrEqual(bytes);
    expect(bound).toBeLessThan(bytes * 1.01 + 1);
  });

  it('reads each package for itself', () => {
    const bounds = parseBounds(said('a', '1.00 KiB') + said('b', '2.00 KiB'));
    expect([...bounds.keys()]).toEqual(['core/a', 'core/b']);
  });

  it.each(['0.00 B', '-1.00 B', '1.00 EiB', 'None', ''])('takes %j for none', (size) => {
    expect(parseBounds(said('a', size)).size).toBe(0);
  });
});

describe('withBounds', () => {
  const wanted = ['a', 'b'].map((name) => ({
    repository: 'core',
    name,
    file: `${name}.pkg`,
    size: undefined,
    sha256: undefined,
  }));
  const requests = wanted.map(({ file }) => ({ sources: [], to: `/cache/${file}` }));

  it('asks for what has no size, and leaves the rest', async () => {
    const [first = { sources: [], to: '' }, second = first] = requests;
    const asked: (readonly string[])[] = [];
    const ask = async (names: readonly string[]): Promise<string> => {
      asked.push(names);
      return await Promise.resolve(said('b', '1.00 KiB'));
    };
    const sized = { ...first, size: 7 };
    expect(await withBounds([sized, second], wanted, ask)).toEqual([sized, { ...second, maxBytes: 1030 }]);
    expect(await withBounds([sized], wanted, ask)).toEqual([sized]);
    expect(asked).toEqual([['core/b']]);
  });

  it('leaves all as it is where pacman refuses', async () => {
    expect(await withBounds(requests, wanted, async () => await Promise.resolve(undefined))).toEqual(requests);
  });
});
