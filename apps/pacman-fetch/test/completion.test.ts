/* Completion, asked of the shells themselves. */
import { existsSync, writeFileSync } from 'node:fs';

import { missing, offersIn, runProgram, temporaryFolder, typedInZsh } from '@sb/test-kit';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { commands } from '../src/commands/table.js';
import { completedProgram } from '../src/commands/completed.js';
import { runFetch } from './kit/fetch-program.js';

const shells = ['bash', 'zsh', 'fish'] as const;

async function script(shell: string): Promise<string> {
  const { status, stdout } = await runFetch(['completion', shell]);
  expect(status).toBe(0);
  return stdout;
}

describe.skipIf(missing('linux'))('completion', () => {
  describe.each(['bash', 'fish'] as const)('for %s', (shell) => {
    it.each([
      [['do'], ['doctor'], ['conf', '--output']],
      [['--c'], ['--config', '--cacert', '--color'], ['--json']],
      [['--color', 'a'], ['auto', 'always'], ['never']],
      [['refresh', '--color', 'a'], ['auto', 'always'], ['never']],
      [['pacman', '--', '--'], [], ['--json', '--quiet', '--output']],
      [['--cacert', '/etc/passw'], ['/etc/passwd'], ['doctor']],
      [['doctor', '--'], ['--json', '--config', '--help'], ['--output']],
      [['conf', 'CacheD'], ['CacheDir'], ['DBPath', 'doctor']],
      [['conf', '--rootdir', '/us'], ['/usr/'], ['conf']],
      [['completion', ''], ['bash', 'zsh', 'fish'], ['conf']],
    ])('offers for %j', async (words, expected, others) => {
      const offered = await offersIn(shell, await script(shell), ['pacman-fetch', ...words]);
      // bash adds the slash of a folder where it shows it.
      const lines = offered.map((line) => (line === '/usr' ? '/usr/' : line));
      expect(lines).toEqual(expect.arrayContaining(expected));
      for (const other of others) expect(lines).not.toContain(other);
    });
  });

  it('offers in a zsh that someone types in', async () => {
    const lines = [
      ['pacman-fetch doc', 'doctor'],
      ['pacman-fetch doctor --js', '--json'],
      ['pacman-fetch --color ne', 'never'],
      ['pacman-fetch conf CacheD', 'CacheDir'],
    ] as const;
    expect(await typedInZsh(await script('zsh'), lines)).toEqual(lines.map(([, shown]) => shown));
  }, 40_000);

  describe('of what pacman knows', () => {
    const folder = temporaryFolder();
    /** What a name does that a shell takes for a command. */
    const made = folder.file('made');
    beforeEach(() => {
      const names = `printf '%s\\n' vim vifm nano '$(touch ${made})'`;
      const listing = `case $1 in -Slq) ${names} ;; -Sgq) echo base-devel ;; esac`;
      writeFileSync(folder.file('pacman'), `#!/bin/sh\n${listing}\n`, { mode: 0o755 });
      writeFileSync(folder.file('pacman-conf'), "#!/bin/sh\nprintf '%s\\n' core extra\n", { mode: 0o755 });
      vi.stubEnv('PATH', `${folder.path}:${process.env['PATH']}`);
    });
    afterEach(() => vi.unstubAllEnvs());
    afterAll(() => folder[Symbol.dispose]());

    it.each(
      (['bash', 'fish'] as const).flatMap((shell) => [
        { shell, words: ['prefetch', 'vi'], expected: ['vim', 'vifm'], others: ['nano', 'core'] },
        { shell, words: ['prefetch', 'base'], expected: ['base-devel'], others: ['vim'] },
        { shell, words: ['prefetch', '--'], expected: ['--needed', '--config'], others: ['vim'] },
        { shell, words: ['refresh', ''], expected: ['core', 'extra'], others: ['vim'] },
        { shell, words: ['prefetch', '$'], expected: [], others: ['vim'] },
      ]),
    )('offers it in $shell for $words', async ({ shell, words, expected, others }) => {
      const offered = await offersIn(shell, await script(shell), ['pacman-fetch', ...words]);
      expect(offered).toEqual(expect.arrayContaining(expected));
      for (const other of others) expect(offered).not.toContain(other);
      expect(existsSync(made)).toBe(false);
    });

    // What pacman's own completion would do, said by a stand-in: what it is told is what counts.
    it('hands what follows "pacman --" to pacman’s own completion', async () => {
      const bash = [
        '_command_offset() { COMPREPLY=("told-$1-$COMP_CWORD-${COMP_WORDS[*]}"); }',
        await script('bash'),
      ].join('\n');
      const line = ['pacman-fetch', 'pacman', '--', '-S', 'vi'];
      expect(await offersIn('bash', bash, line)).toContain('told-0-2-pacman -S vi');
      const fish = `complete -e -c pacman; complete -c pacman -f -a '(echo vim-of-(commandline -opc)[2])'\n${await script('fish')}`;
      expect(await offersIn('fish', fish, line)).toContain('vim-of--S');
    });

    it.each([
      [['-S', 'vi'], 'told-0-2-pacman -S vi', '-S'],
      [['--sync', '--needed', 'vi'], 'told-0-3-pacman --sync --needed vi', '--sync'],
      [['-Sy'], 'told-0-1-pacman -Sy', ''],
    ])('hands %j, which is pacman’s, to its own completion', async (words, told, first) => {
      const bash = [
        '_command_offset() { COMPREPLY=("told-$1-$COMP_CWORD-${COMP_WORDS[*]}"); }',
        await script('bash'),
      ].join('\n');
      const line = ['pacman-fetch', ...words];
      expect(await offersIn('bash', bash, line)).toEqual([told, '']);
      const theirs = `complete -e -c pacman; complete -c pacman -f -a '(echo vim-of-(commandline -opc)[2])'`;
      const fish = `${theirs}\n${await script('fish')}`;
      if (first !== '') expect(await offersIn('fish', fish, line)).toContain(`vim-of-${first}`);
      // Options of this program are not among them.
      expect(await offersIn('fish', fish, ['pacman-fetch', words[0] ?? '', '--'])).not.toContain('--json');
    });

    it('does all of that in a zsh that someone types in', async () => {
      const lines = [
        ['pacman-fetch prefetch vif', 'vifm'],
        ['pacman-fetch refresh ext', 'extra'],
        ['pacman-fetch pacman -- -S own', 'own-of-pacman'],
        ['pacman-fetch -Syu own', 'own-of-pacman'],
        ['pacman-fetch --upgrade own', 'own-of-pacman'],
      ] as const;
      const own = '_own() { compadd -- $words[1]-$words[2] own-of-$words[1] }; compdef _own pacman';
      expect(await typedInZsh(`${await script('zsh')}\n${own}`, lines)).toEqual(lines.map(([, shown]) => shown));
      expect(existsSync(made)).toBe(false);
    }, 40_000);
  });

  it.each(shells)('for %s parses, and names every command and every option', async (shell) => {
    using folder = temporaryFolder();
    const file = folder.file('script');
    const text = await script(shell);
    writeFileSync(file, text);
    expect(await runProgram(shell, ['-n', file])).toMatchObject({ status: 0, stderr: '' });
    const { program, commands: others } = await completedProgram(commands);
    for (const { name, options } of [program, ...others]) {
      expect(text).toContain(name);
      for (const long of Object.keys(options)) expect(text).toContain(shell === 'fish' ? `-l ${long}` : `--${long}`);
    }
  });

  it('for another shell is refused', async () => {
    const { status, stderr } = await runFetch(['completion', 'zshh']);
    expect(status).toBe(2);
    expect(stderr).toContain('Use one of: bash, zsh, fish.');
  });
});
