import { completionFor } from '@sb/cli-kit';

import { options } from './options.js';

/**
 * Returns a completion script, made from the table of options.
 *
 * @param shell - one of the table
 */
export function completion(shell: string): string | undefined {
  const program = { name: 'sb-run', about: '', options, offers: [] };
  const printedBy = (name: string) => `sb-run --completion ${name}`;
  return completionFor(shell, { program, commands: [], printedBy, runs: true });
}
