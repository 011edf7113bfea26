import type { EnforcementReport } from '@sb/core';
import { fixtureJson } from '@sb/test-kit';
import { expect, it } from 'vitest';

interface Told {
  readonly support: { readonly state: string };
  readonly codes: readonly string[];
  readonly switched: number;
  readonly preferred: EnforcementReport;
  readonly text: string;
}

it('imports without capabilities, says so, and refuses to be used', async () => {
  const { support, codes, switched, preferred, text } = await fixtureJson<Told>(
    new URL('../fixtures/other-platform.ts', import.meta.url),
  );
  expect(support.state).toBe('unsupported-platform');
  expect(codes).toEqual(codes.map(() => 'unsupported-platform'));
  expect(codes.length).toBe(3);
  // Whoever is content without capabilities still asked for another user.
  expect(switched).toBe(1);
  expect(preferred.status).toBe('none');
  expect(text).toBe('=ep cap_bpf=p');
});
