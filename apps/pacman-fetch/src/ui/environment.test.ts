import { describe, expect, it } from 'vitest';

import { charsetOf, reflows, wantsColor } from './environment.js';

describe('charsetOf', () => {
  it.each([
    [{}, 'ascii'],
    [{ LANG: 'C' }, 'ascii'],
    [{ LANG: 'en_US.UTF-8' }, 'utf8'],
    [{ LANG: 'de_DE.utf8@euro' }, 'utf8'],
    [{ LANG: 'en_US.UTF-8', LC_ALL: 'C' }, 'ascii'],
    [{ LANG: 'C', LC_CTYPE: 'C.UTF-8', LC_ALL: '' }, 'utf8'],
    [{ LANG: 'xutf-8' }, 'ascii'],
  ])('%j is %s', (env, charset) => expect(charsetOf(env)).toBe(charset));
});

describe('wantsColor', () => {
  it.each([
    ['auto', true, {}, true],
    ['auto', false, {}, false],
    ['auto', true, { NO_COLOR: '1' }, false],
    ['auto', true, { NO_COLOR: '' }, true],
    ['auto', true, { TERM: 'dumb' }, false],
    ['always', false, { NO_COLOR: '1' }, true],
    ['never', true, {}, false],
  ] as const)('%s with a terminal: %s, %j: %s', (choice, isTerminal, env, is) => {
    expect(wantsColor(choice, isTerminal, env)).toBe(is);
  });
});

describe('reflows', () => {
  it.each([
    [{ TERM: 'xterm-256color' }, true],
    [{ TERM: 'xterm-256color', XTERM_VERSION: 'XTerm(390)' }, false],
    [{ TERM: 'linux' }, false],
  ])('%j: %s', (env, is) => expect(reflows(env)).toBe(is));
});
