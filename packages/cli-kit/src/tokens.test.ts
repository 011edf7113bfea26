import { describe, expect, it } from 'vitest';

import type { Options } from './option.js';
import { nodeTokens, plainTokens, tokensOf } from './tokens.js';

const options = {
  user: { value: 'NAME', short: 'u', about: '' },
  report: { value: 'FILE', optionalValue: true, about: '' },
  quiet: { short: 'q', about: '' },
} satisfies Options;

/** What tests compare: parseArgs says more, such as the number of the word. */
const shown = (tokens: ReturnType<typeof plainTokens>) =>
  tokens?.map((token) =>
    token.kind === 'option' ? [token.name, token.rawName, token.value, token.inlineValue] : token.value,
  );

const usual = [
  '--user',
  '--user=x',
  '--user=',
  '--report',
  '--report=',
  '-u',
  '-q',
  '--quiet',
  '--quiet=1',
  '-',
  '',
  'x',
];
const others = [
  '-uq',
  '-ux',
  '-x',
  '--unknown',
  '--unknown=1',
  '--=x',
  '--toString',
  '---',
  '-é',
  '-u=x',
  '--user=-q=1',
];

describe('the words of a command line', () => {
  it('are those of parseArgs', () => {
    const all = [...usual, ...others];
    for (const first of all)
      for (const second of all) {
        const words = [first, second, 'x'];
        const known = shown(nodeTokens(options, words));
        expect(shown(tokensOf(options, words))).toEqual(known);
        expect([known, undefined]).toContainEqual(shown(plainTokens(options, words)));
      }
  });

  it('need no parseArgs where each is a usual one', () => {
    for (const word of usual) expect([word, plainTokens(options, [word])]).not.toContain(undefined);
    expect(plainTokens(options, ['--user', '-uq'])).toHaveLength(1);
    for (const word of others.slice(0, -1)) expect([word, plainTokens(options, [word])]).toEqual([word, undefined]);
  });
});
