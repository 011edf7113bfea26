import type { Mutant } from '@sb/test-kit/mutation';

/** A change of a source that the test named for it reads as a source, or by the parent's part of the fetcher. */
export const change = (name: string, of: string, from: string, to: string, red: Mutant['red']): Mutant => ({
  name,
  file: `src/${of}.ts`,
  from,
  to,
  red,
  built: false,
});

/** A statement that is gone. */
export const without = (name: string, of: string, from: string, red: Mutant['red']): Mutant =>
  change(name, of, from, '', red);
