/* Completion, asked of the shells themselves. */
import { writeFileSync } from 'node:fs';

import { missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { commands } from '../src/commands/table.js';
import { completables } from '../src/completion/words.js';
import { runFetch } from './kit/fetch-program.js';

const shells = ['bash', 'zsh', 'fish'] as const;

async function script(shell: string): Promise<string> {
  const { status, stdout } = await runFetch(['completion', shell]);
  expect(status).toBe(0);
  return stdout;
}

/** What is offered for the last word of a line. */
const offers = {
  bash: (words: readonly string[]) => `
    COMP_WORDS=(pacman-fetch ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
    _pacman_fetch; printf '%s\\n' "\${COMPREPLY[@]}"`,
  fish: (words: readonly string[]) => `complete -C 'pacman-fetch ${words.join(' ')}' | string replace -r '\\t.*' ''`,
};

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
      using folder = temporaryFolder();
      const file = folder.file('script');
      writeFileSync(file, `${await script(shell)}\n${offers[shell](words)}\n`);
      const options = { env: { PATH: process.env['PATH'], HOME: folder.path, TERM: 'dumb' } };
      const { stdout, stderr } = await runProgram(shell, [file], options);
      expect(stderr).toBe('');
      // bash adds the slash of a folder where it shows it.
      const lines = stdout.split('\n').map((line) => (line === '/usr' ? '/usr/' : line));
      expect(lines).toEqual(expect.arrayContaining(expected));
      for (const other of others) expect(lines).not.toContain(other);
    });
  });

  it('offers in a zsh that someone types in', async () => {
    using folder = temporaryFolder();
    const file = folder.file('script');
    writeFileSync(file, await script('zsh'));
    // The line editor needs a terminal; zpty is zsh's own.
    const typed = (line: string) => `
      zpty -w -n shell $'${line}\\t'
      sleep 0.7; while zpty -r -t shell part; do print -r -- "$part"; done
      zpty -w -n shell $'\\x15'`;
    const lines = `
      zmodload zsh/zpty
      zpty shell zsh -f -i
      zpty -w shell 'PS1=; autoload -Uz compinit; compinit -u -D; source ${file}; print set up'
      zpty -r -m shell part '*set up*set up*'
      ${typed('pacman-fetch doc')}
      ${typed('pacman-fetch doctor --js')}
      ${typed('pacman-fetch --color ne')}
      ${typed('pacman-fetch conf CacheD')}
      zpty -d shell`;
    const options = { env: { PATH: process.env['PATH'], HOME: folder.path, TERM: 'xterm' }, timeout: 30_000 };
    const { stdout } = await runProgram('zsh', ['-f', '-c', lines], options);
    for (const word of ['doctor ', '--json', 'never', 'CacheDir']) expect(stdout).toContain(word);
  });

  it.each(shells)('for %s parses, and names every command and every option', async (shell) => {
    using folder = temporaryFolder();
    const file = folder.file('script');
    const text = await script(shell);
    writeFileSync(file, text);
    expect(await runProgram(shell, ['-n', file])).toMatchObject({ status: 0, stderr: '' });
    for (const { name, options } of await completables(commands)) {
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
