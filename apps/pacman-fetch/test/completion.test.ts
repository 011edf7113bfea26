/* Completion, asked of the shells themselves. */
import { writeFileSync } from 'node:fs';

import { missing, offersIn, runProgram, temporaryFolder, typedInZsh } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

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
