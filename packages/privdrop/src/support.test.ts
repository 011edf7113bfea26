import { describe, expect, it } from 'vitest';

import { support } from './support.js';

describe('support', () => {
  it('is plain data about this process', () => {
    const answer = support();
    expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
    expect(answer).toMatchObject({ state: 'available', identity: { uid: expect.any(Array) as number[] } });
  });
});
