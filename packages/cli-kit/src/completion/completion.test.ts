/* What each shell offers by a script, and that it runs nothing that a description holds. */
import { existsSync } from 'node:fs';

import { missing, offersIn, temporaryFolder, typedInZsh } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { completionFor, type Shell } from './completion.js';

/** A program whose descriptions would make a file if a shell took them for commands. */
function scriptFor(shell: Shell, made: string): string {
  const about = `it's $(touch ${made}) \`touch ${made}\` "; touch ${made}; "`;
  const options = {
    user: { value: 'USER', about, names: 'user' },
    level: { short: 'l', value: 'WORD', about, words: ['all', 'none'] },
    quiet: { short: 'q', about },
  } as const;
  const program = { name: 'some-tool', about, options, offers: ['one', 'other'] };
  const printedBy = (one: string): string => `some-tool completion ${one}`;
  return completionFor(shell, { program, commands: [], printedBy, runs: false }) ?? '';
}

describe('completionFor', () => {
  it('returns nothing for another shell', () => {
    const program = { name: 'x', about: '', options: {}, offers: [] };
    expect(completionFor('tcsh', { program, commands: [], printedBy: String, runs: false })).toBeUndefined();
  });

  it.skipIf(missing('linux')).each(['bash', 'fish'] as const)(
    'offers options and words in %s, and runs no description',
    async (shell) => {
      using folder = temporaryFolder();
      const made = folder.file('made');
      const script = scriptFor(shell, made);
      expect(await offersIn(shell, script, ['some-tool', '--'])).toEqual(
        expect.arrayContaining(['--user', '--level', '--quiet']),
      );
      const words = await offersIn(shell, script, ['some-tool', '--level', '']);
      expect(words.filter((word) => word !== '')).toEqual(['all', 'none']);
      expect(existsSync(made)).toBe(false);
    },
  );

  it.skipIf(missing('linux'))('takes no name of a file for a command in fish', async () => {
    using folder = temporaryFolder();
    const made = folder.file('made');
    const options = { quiet: { short: 'q', about: 'says nothing' } } as const;
    const program = { name: 'some-tool', about: 'does something', options, offers: [] };
    const inPlaceOf = { program: 'other-tool', letters: 'S', names: ['sync'] };
    const printedBy = (one: string): string => `some-tool completion ${one}`;
    const script = completionFor('fish', { program, commands: [], printedBy, runs: true, inPlaceOf }) ?? '';
    const others = `complete -c other-tool -f -a offered; complete -c evil -f -a '(touch ${made})'`;
    const offers = async (...line: readonly string[]) =>
      (await offersIn('fish', `${script}\n${others}`, ['some-tool', ...line])).filter((word) => word !== '');
    expect(await offers('-S', 'off')).toEqual(['offered']);
    expect(await offers('--', 'other-tool', 'off')).toEqual(['offered']);
    const name = String.raw`x\;evil\ `;
    expect(await offers('-S', name, 'off')).toEqual(['offered']);
    expect(await offers('--', 'other-tool', name, 'off')).toEqual(['offered']);
    // What begins with a dash is not an option of fish's own command.
    expect(await offers('--', '-ccat', 'off')).not.toContain('offered');
    expect(existsSync(made)).toBe(false);
    // The control: what would run.
    await offers('-S', 'x;evil ');
    expect(existsSync(made)).toBe(true);
  });

  it.skipIf(missing('linux'))('offers them in zsh, and runs no description', async () => {
    using folder = temporaryFolder();
    const made = folder.file('made');
    const lines = [
      ['some-tool --qui', '--quiet'],
      ['some-tool --level no', 'none'],
    ] as const;
    expect(await typedInZsh(scriptFor('zsh', made), lines)).toEqual(['--quiet', 'none']);
    expect(existsSync(made)).toBe(false);
  });
});
