import { describe, expect, it } from 'vitest';

import { parseUrl } from './url.js';

describe('parseUrl', () => {
  it.each([
    ['m.example/x', 'm.example/x'],
    ['http://m:port/x', 'http://m:port/x'],
    ['http://user:sec/ret@m:port/x', 'http://m:port/x'],
    ['http://user:secret@/x', 'http:///x'],
    ['user@m/x', 'm/x'],
    ['', ''],
  ])('quotes %j in its error, and shows no password', (text, shown) => {
    const hint = 'Write it as http://host/path.';
    const message = `the URL "${shown}" is invalid`;
    expect(() => parseUrl(text)).toThrow(expect.objectContaining({ kind: 'usage', message, hint }));
  });
});
