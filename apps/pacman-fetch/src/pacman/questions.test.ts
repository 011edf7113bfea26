import { describe, expect, it } from 'vitest';

import { type Offered, parseOffered, questionOf, type Transaction } from './questions.js';

const block = (name: string, more = ''): string =>
  `Repository      : core\nName            : ${name}\nVersion         : 1-1\nGroups          : None\n` +
  `Provides        : libx.so=5-64  virt\nDepends On      : glibc>=2.1  libz.so=1-64\nReplaces        : None\n${more}`;

const offer = (name: string, more: Partial<Offered> = {}): Offered => ({
  name,
  groups: [],
  provides: [],
  depends: [],
  replaces: [],
  ...more,
});

const about = (more: Partial<Transaction>): string | undefined =>
  questionOf({
    targets: [],
    isUpgrade: false,
    offered: [offer('a'), offer('b')],
    installed: new Set(['old']),
    unsatisfied: [],
    isIgnored: () => false,
    ...more,
  });

describe('parseOffered', () => {
  it('reads lists, and "None" as an empty one', () => {
    expect(parseOffered(`${block('a')}\n\n${block('b')}\n\n`)).toEqual(
      ['a', 'b'].map((name) =>
        offer(name, { provides: ['libx.so=5-64', 'virt'], depends: ['glibc>=2.1', 'libz.so=1-64'] }),
      ),
    );
  });

  it('reads nothing of other text', () => expect(parseOffered('error: x\n\n')).toEqual([]));
});

describe('questionOf', () => {
  it.each([
    ['an upgrade', { isUpgrade: true }],
    ['targets by name', { targets: ['a', 'core/b'] }],
    ['a target with a version', { targets: ['a>=1'] }],
    ['a target that is installed', { targets: ['old'] }],
    ['a dependency by its name', { unsatisfied: ['b>=1'] }],
    [
      'a library of an upgrade',
      { isUpgrade: true, unsatisfied: ['libx.so=6-64'], offered: [offer('old', { provides: ['libx.so=6-64'] })] },
    ],
    [
      'what a target provides',
      { targets: ['a'], unsatisfied: ['virt'], offered: [offer('a', { provides: ['virt=1'] })] },
    ],
    ['a replacement of what is not installed', { isUpgrade: true, offered: [offer('a', { replaces: ['other'] })] }],
    ['a replacement without -u', { offered: [offer('a', { replaces: ['old'] })] }],
  ])('has no question about %s', (_, more) => expect(about(more)).toBeUndefined());

  it.each([
    ['a group', { targets: ['a', 'group'] }, 'group'],
    ['what several may provide', { targets: ['virt'] }, 'virt'],
    [
      'a provider of a dependency',
      { unsatisfied: ['virt>=1'], offered: [offer('a', { provides: ['virt=1'] })] },
      'virt>=1',
    ],
    ['a replacement', { isUpgrade: true, offered: [offer('a', { replaces: ['old<2'] })] }, 'old'],
    ['an ignored package', { targets: ['a'], isIgnored: ({ name }: Offered) => name === 'a' }, 'a'],
  ])('has one about %s', (_, more, expected) => expect(about(more)).toBe(expected));
});
