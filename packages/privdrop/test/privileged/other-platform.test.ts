import { fixtureJson } from '@sb/test-kit';
import { expect, it } from 'vitest';

it('imports without users, says so, and refuses to be used', async () => {
  const { support, codes } = await fixtureJson<{ support: string; codes: string[] }>(
    new URL('fixtures/other-platform.ts', import.meta.url),
  );
  expect(support).toBe('unsupported-platform');
  expect(codes).toEqual(Array.from({ length: 5 }, () => 'unsupported-platform'));
});
