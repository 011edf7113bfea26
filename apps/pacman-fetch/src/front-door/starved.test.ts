import { describe, expect, it } from 'vitest';

import { isStarved } from './starved.js';

const coded = (code: string, message = 'x'): Error => Object.assign(new Error(message), { code });

describe('isStarved', () => {
  it.each(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS', 'EPERM'])('finds %s, however deep it is', (code) => {
    expect(isStarved(coded(code))).toBe(true);
    expect(isStarved(new Error('x', { cause: coded(code) }))).toBe(true);
    const several = new AggregateError([coded('ECONNREFUSED'), coded(code)]);
    expect(isStarved(new Error('x', { cause: several }))).toBe(true);
  });

  it.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EACCES', 'HPE_INVALID_CONSTANT'])(
    'takes %s for a server’s',
    (code) => {
      expect(isStarved(new Error('x', { cause: coded(code) }))).toBe(false);
    },
  );

  it('takes what has no cause for a server’s', () => {
    expect(isStarved(new Error('x', { cause: 'EMFILE' }))).toBe(false);
    expect(isStarved(new Error('EMFILE'))).toBe(false);
  });
});
