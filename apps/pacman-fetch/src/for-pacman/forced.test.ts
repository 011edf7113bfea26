import { spawn } from 'node:child_process';

import { missing } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { mayLeaveOut } from './forced.js';

/** What is said of a process with that command line. */
async function saidOf(name: string, args: string): Promise<boolean> {
  // `exec -a` gives the name; a shell that reads takes no option.
  const child = spawn('bash', ['-c', `exec -a "$0" bash -c 'echo ready; read -r _' ${args}`, name], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  try {
    await new Promise((resolve) => {
      child.stdout.once('data', resolve);
    });
    return mayLeaveOut(child.pid ?? 0);
  } finally {
    child.stdin.end();
  }
}

describe.skipIf(missing('linux'))('mayLeaveOut', () => {
  it.each([
    ['pacman', '-Sy', true],
    ['/usr/bin/pacman', '-Syu --noconfirm', true],
    ['pacman', '-Syy', false],
    ['pacman', '-Sy --refresh', false],
    ['pacman', '-Sw vim', false],
    ['pamac', '-Sy', false],
    ['notpacman', '-Sy', false],
  ])('%s %s: %s', async (name, args, expected) => {
    expect(await saidOf(name, args)).toBe(expected);
  });

  it('leaves nothing out where nobody can be asked', () => {
    expect(mayLeaveOut(0x7fff_ffff)).toBe(false);
  });
});
