/* Typing into the terminal of whoever started the sandbox. Each leg has a terminal of its own, from script(1). */
import { existsSync, readFileSync } from 'node:fs';

import {
  type Attempt,
  missing,
  parseProbe,
  probeArguments,
  probePath,
  runProgram,
  temporaryFolder,
} from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { createSandbox, type SandboxOptions } from '../../src/index.js';

/** ioctl(2) takes the low 32 bits of a request; a filter that compares more is passed by with a high bit. */
const highBit = 1;

/**
 * Whether the kernel itself answers EIO to TIOCSTI without CAP_SYS_ADMIN (Linux 6.2 and later, by a setting; up to 6.6 or so
 * to root as well). Then neither a session nor its absence shows.
 */
const setting = '/proc/sys/dev/tty/legacy_tiocsti';
const isRefused = existsSync(setting) && readFileSync(setting, 'latin1').trim() === '0';

const attempts: readonly Attempt[] = [
  ['type-into-terminal'],
  ['type-into-terminal', highBit],
  ['set-discipline'],
  ['command-console'],
  ['open-read', '/dev/tty'],
];

const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;

/** Runs a command with a terminal as its controlling terminal, and standard output in a file. */
async function inTerminal(command: readonly string[], ids: object = {}): Promise<readonly string[]> {
  using folder = temporaryFolder(0o777);
  // Not the last command of the shell, which would execute it itself and have it lead the session.
  const line = `${command.map(quoted).join(' ')} > ${quoted(folder.file('answers'))}; exit $?`;
  const { status, stdout } = await runProgram('/usr/bin/script', ['-qec', line, '/dev/null'], ids);
  if (status !== 0) throw new Error(`script ended with ${status}: ${stdout}`);
  return parseProbe(readFileSync(folder.file('answers'), 'utf8'), attempts.length).map(({ outcome }) => outcome);
}

async function inSandbox(policy: SandboxOptions): Promise<readonly string[]> {
  using command = createSandbox(policy).command(probePath(), ['--apart', ...probeArguments(attempts)]);
  return await inTerminal([command.file, ...command.args]);
}

describe.skipIf(missing('linux', 'root', 'script'))('the terminal', () => {
  it('can be typed into outside', async () => {
    const free = await inTerminal([probePath(), '--apart', ...probeArguments(attempts)]);
    // A pseudo-terminal is no console: ENOTTY, or EPERM of those that are not root.
    const typed = isRefused && free[0] === 'EIO' ? 'EIO' : 'OK';
    expect(free).toEqual([typed, typed, 'OK', 'ENOTTY', 'OK']);
  });

  it.each([{}, { user: 'nobody' }])('cannot-be-typed-into-from-inside with %j', async (user) => {
    expect(await inSandbox(user)).toEqual(['EPERM', 'EPERM', 'EPERM', 'EPERM', 'EACCES']);
    // Where it may be opened there is none.
    const open = { ...user, landlock: { paths: [{ ro: '/dev/tty' }] } };
    expect(await inSandbox(open)).toEqual(['EPERM', 'EPERM', 'EPERM', 'EPERM', 'ENXIO']);
  });

  it('is kept by the filter alone, and by the session alone', async () => {
    const shared = { newSession: false } as const;
    expect(await inSandbox(shared)).toEqual(['EPERM', 'EPERM', 'EPERM', 'EPERM', 'EACCES']);
    const open = { ...shared, landlock: { paths: [{ ro: '/dev/tty' }] } };
    expect(await inSandbox(open)).toEqual(['EPERM', 'EPERM', 'EPERM', 'EPERM', 'OK']);
    // Without cap_sys_admin nobody types into a terminal that isn't its own.
    const [plain, high] = await inSandbox({ seccomp: 'off' });
    const denied = isRefused ? 'EIO' : 'EPERM';
    expect([plain, high]).toEqual([denied, denied]);
    const [typed] = await inSandbox({ ...shared, seccomp: 'off' });
    expect(typed).toBe(isRefused ? 'EIO' : 'OK');
  });
});
