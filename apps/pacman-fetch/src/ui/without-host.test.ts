import { describe, expect, it } from 'vitest';

import { withoutHost } from './without-host.js';

describe('withoutHost', () => {
  it.each([
    ['Could not connect to a.example:80: refused', 'Could not connect: refused'],
    ['The request to a.example:80 failed: odd', 'The request failed: odd'],
    ['the file on a.example:80 has 5 bytes', 'the file has 5 bytes'],
    ['a.example:80: HTTP status 404', 'HTTP status 404'],
    ['a.example:80 sends nothing', 'The server sends nothing'],
    ['Could not resolve host: a.example (ENOTFOUND)', 'Its name is not known to any name server (ENOTFOUND)'],
  ])('removes the host from %j', (reason, text) => {
    expect(withoutHost(reason, 'a.example:80')).toBe(text);
  });

  it('keeps a reason that names another host', () => {
    const reason = 'Could not connect to b.example:80: refused';
    expect(withoutHost(reason, 'a.example:80')).toBe(reason);
  });
});
