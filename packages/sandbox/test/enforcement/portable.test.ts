import { missing } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { startIn, states } from '../start.js';

/* The way of macOS and the BSDs, which needs nothing that Linux has not got. */
const platform = 'freebsd';
const prefer = ['caps', 'landlock', 'seccomp'];
const ids = 'id -u; id -ru; id -g; id -rg; id -G; umask; echo "$PATH"; ls /proc/self/fd | tr "\\n" " "';

describe.skipIf(missing('root'))('without a launcher', () => {
  it('switches the user, with no group left, and reads that back', async () => {
    const started = await startIn({
      platform,
      program: 'sh',
      args: ['-c', ids],
      policy: { user: 'nobody', prefer, umask: 0o027, env: { PATH: '/usr/bin' } },
    });
    expect(started).toMatchObject({ status: 0, stderr: '' });
    const lines = started.stdout?.trimEnd().split('\n') ?? [];
    expect(lines.slice(0, 7)).toEqual([...Array<string>(5).fill('65534'), '0027', '/usr/bin']);
    // ls opens the folder as 3; the status descriptor would be before it.
    expect(lines[7]?.split(' ')).not.toContain('4');
    expect(started.report?.verified).toMatchObject({ uid: [65534, 65534, 65534, 65534], groups: [] });
  });

  it('says of everything else that it is missing, and why', async () => {
    const { report } = await startIn({ platform, program: 'true', policy: { user: 'nobody', prefer } });
    expect(states(report)).toMatchObject({
      'privdrop.user': 'enforced',
      'process.environment': 'enforced',
      'process.new_session': 'enforced',
      'process.descriptors': 'unsupported',
      'process.die_with_parent': 'unsupported',
      'caps.no_new_privs': 'unsupported',
      'seccomp.filter': 'unsupported',
      'landlock.fs.write_file': 'unsupported',
    });
    for (const line of report?.features.filter(({ state }) => state === 'unsupported') ?? []) {
      expect(line.reason).toMatch(/Linux/);
    }
  });

  it.each(prefer)('refuses when %s is required', async (layer) => {
    const rest = prefer.filter((one) => one !== layer);
    const { error, stdout } = await startIn({ platform, program: 'true', policy: { prefer: rest } });
    expect(error).toMatchObject({ code: 'unsupported-platform', layer });
    expect(stdout).toBeUndefined();
  });

  it('refuses limits that were asked for, unless they are only preferred', async () => {
    const policy = { rlimits: { nofile: 64 }, prefer };
    const refused = await startIn({ platform, program: 'true', policy });
    expect(refused.error).toMatchObject({ code: 'unsupported-platform', message: expect.stringMatching(/rlimits/) });
    const { report } = await startIn({
      platform,
      program: 'true',
      policy: { ...policy, prefer: [...prefer, 'process'] },
    });
    expect(states(report)).toMatchObject({ 'process.rlimit.nofile': 'unsupported' });
  });

  it('never becomes the target where groups could not be cleared, which child_process ignores', async () => {
    const request = { platform, program: 'echo', args: ['ran'], policy: { user: 'nobody', prefer } } as const;
    expect(await startIn(request)).toMatchObject({ status: 0, stdout: 'ran\n' });
    const denied = await startIn(
      { ...request, deny: ['setgroups'] },
      { prefix: ['/usr/bin/setpriv', '--groups', '27'] },
    );
    expect(denied).toMatchObject({ stdout: '', error: { layer: 'privdrop', step: 'verify' } });
    expect(denied.report).toBeUndefined();
  });

  it('reports that switching to the user failed', async () => {
    const request = { platform, program: 'echo', args: ['ran'], policy: { user: 'nobody', prefer } } as const;
    const denied = await startIn({ ...request, deny: ['setuid'] });
    expect(denied.stdout ?? '').toBe('');
    expect(denied.error).toMatchObject({ message: expect.stringMatching(/EPERM/) });
  });
});
