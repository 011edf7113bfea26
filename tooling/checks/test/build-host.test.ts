/* What turbo keeps of one kind of machine is not put back on another: native parts would not load there. */
import { execFileSync } from 'node:child_process';

import { describe, expect, it } from 'vitest';

import { buildHost } from '../../run/setup.mjs';
import { root } from '../../run/shell.mjs';

/** Turbo's key of the native part of @sb/caps on such a machine. */
function keyOn(host: string): string {
  const env = { ...process.env, SB_BUILD_HOST: host, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };
  const args = ['--no-install', 'turbo', 'run', 'build:native', '--filter=@sb/caps', '--dry=json'];
  const output = execFileSync('npx', args, { cwd: root, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const { tasks } = JSON.parse(output) as { tasks: readonly { taskId: string; hash: string }[] };
  return tasks.find(({ taskId }) => taskId === '@sb/caps#build:native')?.hash ?? '';
}

describe('the key of a kept build', () => {
  it('knows processor and C library', () => {
    const key = keyOn('linux-x64-glibc');
    expect(key).toMatch(/^[0-9a-f]+$/);
    expect(keyOn('linux-x64-glibc')).toBe(key);
    expect(keyOn('linux-arm64-glibc')).not.toBe(key);
    expect(keyOn('linux-x64-no-glibc')).not.toBe(key);
  }, 120_000);

  it('is of this machine', () => {
    expect(buildHost()).toMatch(new RegExp(`^${process.platform}-${process.arch}-(?:no-)?glibc$`));
  });
});
