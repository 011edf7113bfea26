import { existsSync, writeFileSync } from 'node:fs';

import { missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { sbRun } from '../sb-run.js';

async function script(shell: string): Promise<string> {
  const { status, stdout } = await sbRun(['--completion', shell]);
  expect(status).toBe(0);
  return stdout;
}

/** What is offered for the last word of a line. */
const offers = {
  bash: (words: readonly string[]) => `
    COMP_WORDS=(sb-run ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
    COMP_LINE="sb-run ${words.join(' ')}"; _sb_run; printf '%s\\n' "\${COMPREPLY[@]}"`,
  fish: (words: readonly string[]) => `complete -C 'sb-run ${words.join(' ')}' | string replace -r '\\t.*' ''`,
};

describe.each(['bash', 'fish'] as const)('sb-run: completion for %s', (shell) => {
  it.each([
    [['--r'], ['--ro', '--rx', '--rw', '--rwx', '--rlimit', '--require', '--report'], ['--fs']],
    [['--'], ['--user', '--help', '--no-new-session'], []],
    [['--fs', ''], ['read-only', 'minimal', 'none'], ['--user']],
    [['--fs', 'm'], ['minimal'], ['none']],
    [['--seccomp', 'network'], ['network-client', 'network-client-running'], ['deny-all']],
    [['--user', 'nobod'], ['nobody'], ['root']],
    [['--ro', '/etc/passw'], ['/etc/passwd'], ['/etc/group']],
    [['--', 'setpri'], ['setpriv'], ['--user']],
    [['--ro', '/', '--', 'cat', '/etc/passw'], ['/etc/passwd'], ['--user']],
  ])('offers for %j', async (words, expected, others) => {
    using folder = temporaryFolder();
    const file = folder.file('script');
    writeFileSync(file, `${await script(shell)}\n${offers[shell](words)}\n`);
    const options = { env: { PATH: process.env['PATH'], HOME: folder.path, TERM: 'dumb' } };
    const { stdout, stderr } = await runProgram(shell, [file], options);
    expect(stderr).toBe('');
    const lines = stdout.split('\n');
    expect(lines).toEqual(expect.arrayContaining(expected));
    for (const other of others) expect(lines).not.toContain(other);
  });
});

describe('sb-run: completion scripts', () => {
  it.each(['bash', 'zsh', 'fish'])('parse in %s', async (shell) => {
    using folder = temporaryFolder();
    const file = folder.file('script');
    writeFileSync(file, await script(shell));
    expect(await runProgram(shell, ['-n', file])).toMatchObject({ status: 0, stderr: '' });
    writeFileSync(file, 'if then {');
    expect((await runProgram(shell, ['-n', file])).status).not.toBe(0);
  });

  it.skipIf(missing('linux'))('offers in a zsh that someone types in', async () => {
    using folder = temporaryFolder();
    const file = folder.file('script');
    writeFileSync(file, await script('zsh'));
    expect(existsSync('/usr/bin/zsh')).toBe(true);
    // The line editor needs a terminal; zpty is zsh's own.
    const typed = (line: string) => `
      zpty -w shell $'${line}\\t'
      sleep 0.7; zpty -r -t shell part; print -r -- "$part" ; while zpty -r -t shell part; do print -r -- "$part"; done
      zpty -w -n shell $'\\x15'`;
    const lines = `
      zmodload zsh/zpty
      zpty shell zsh -f -i
      zpty -w shell 'PS1=; autoload -Uz compinit; compinit -u -D; source ${file}; print set up'
      zpty -r -m shell part '*set up*set up*'
      ${typed('sb-run --fs mini')}
      ${typed('sb-run --no-')}
      zpty -d shell`;
    const options = { env: { PATH: process.env['PATH'], HOME: folder.path, TERM: 'xterm' } };
    const { stdout } = await runProgram('zsh', ['-f', '-c', lines], options);
    expect(stdout).toMatch(/minimal/);
    expect(stdout).toMatch(/--no-new-session/);
  });
});
