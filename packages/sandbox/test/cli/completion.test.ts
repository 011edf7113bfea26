import { writeFileSync } from 'node:fs';

import { missing, offersIn, runProgram, temporaryFolder, typedInZsh } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { sbRun } from '../sb-run.js';

async function script(shell: string): Promise<string> {
  const { status, stdout } = await sbRun(['--completion', shell]);
  expect(status).toBe(0);
  return stdout;
}

describe.each(['bash', 'fish'] as const)('sb-run: completion for %s', (shell) => {
  it.each([
    [['--r'], ['--ro', '--rx', '--rw', '--rwx', '--rlimit', '--require', '--report'], ['--fs']],
    [['--'], ['--user', '--help', '--no-new-session'], []],
    [['--fs', ''], ['read-only', 'minimal', 'none'], ['--user']],
    [['--fs', 'm'], ['minimal'], ['none']],
    [['--profile', 'pro'], ['project'], ['server']],
    [['--seccomp', 'network'], ['network-client', 'network-client-running'], ['deny-all']],
    [['--user', 'nobod'], ['nobody'], ['root']],
    [['--ro', '/etc/passw'], ['/etc/passwd'], ['/etc/group']],
    [['--rw?', '/etc/passw'], ['/etc/passwd'], ['--user']],
    [['-c', ''], [], ['--user', 'bash']],
    [['--fs=m'], [shell === 'bash' ? 'minimal' : '--fs=minimal'], ['none']],
    [['--completion', ''], ['bash', 'zsh', 'fish'], ['--user']],
    [['--', 'setpri'], ['setpriv'], ['--user']],
    [['--ro', '/', '--', 'cat', '/etc/passw'], ['/etc/passwd'], ['--user']],
  ])('offers for %j', async (words, expected, others) => {
    const lines = await offersIn(shell, await script(shell), ['sb-run', ...words]);
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

  it.skipIf(missing('linux'))(
    'offers in a zsh that someone types in',
    async () => {
      const lines = [
        ['sb-run --fs mini', 'minimal'],
        ['sb-run --no-', '--no-new-session'],
        ['sb-run --ro? /etc/passw', '/etc/passwd'],
        ['sb-run --report=/etc/passw', '/etc/passwd'],
        ['sb-run --ro / -- setpri', 'setpriv'],
      ] as const;
      expect(await typedInZsh(await script('zsh'), lines)).toEqual(lines.map(([, shown]) => shown));
    },
    40_000,
  );
});
