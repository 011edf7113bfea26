/* What a call without a word says, and what a call says that has no room for it. */
import { runProgram } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { help } from '../src/arguments.js';
import { environment, program, runFetch } from './kit/fetch-program.js';

describe('pacman-fetch without a word', () => {
  it('shows how it is used, as an error', async () => {
    expect(await runFetch([])).toMatchObject({ status: 2, stdout: '', stderr: help() });
  });

  it('shows the same where that is asked for: the twin', async () => {
    expect(await runFetch(['--help'])).toMatchObject({ status: 0, stdout: help(), stderr: '' });
  });
});

describe('a command that takes no argument', () => {
  it.each(['explain', 'doctor', 'checkupdates'])('refuses one: %s', async (command) => {
    expect(await runFetch([command, 'core'])).toMatchObject({
      status: 2,
      stdout: '',
      stderr: `error: ${command} does not take arguments: core\n       Try "pacman-fetch ${command} --help".\n`,
    });
  });
});

describe('what is written to standard output', () => {
  const into = async (where: string, ...args: readonly string[]) =>
    await runProgram('sh', ['-c', `"$@" ${where}`, 'sh', process.execPath, program, ...args], { env: environment });

  it.each([['--help'], ['completion', 'bash'], ['conf', '--config', '/dev/null']])(
    'and cannot be written is reported: %s',
    async (...args) => {
      expect(await into('>/dev/full', ...args)).toMatchObject({
        status: 4,
        stderr: 'error: cannot write all output to standard output: ENOSPC (no space left on device)\n',
      });
      // The twins: there is room; and nobody reads it any more, which changes nothing about what was done.
      expect(await into('>/dev/null', ...args)).toMatchObject({ status: 0, stderr: '' });
      expect(await into('| true', ...args)).toMatchObject({ status: 0, stderr: '' });
    },
  );
});
