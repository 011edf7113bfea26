/* A sandbox that an ordinary user makes: every layer works but becoming somebody else. */
import { missing, probeArguments, probePath } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { nobody } from '../attack/place.js';
import { startIn, states } from '../start.js';

const attempts = [
  ['open-write', '/proc/self/comm'],
  ['bind-tcp', 47_712],
  ['unshare-user'],
  ['io-uring'],
  ['setresuid', 0, 0, 0],
  ['open-read', '/etc/passwd'],
] as const;
const denied = ['EACCES', 'EACCES', 'EPERM', 'EPERM', 'EPERM', 'OK'];
const answers = (stdout = '') =>
  stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[2]);
const request = { program: probePath(), args: ['--apart', ...probeArguments(attempts)] };

describe.skipIf(missing('linux', 'root', 'landlock7'))('an ordinary user', () => {
  it('could do all of it without a sandbox except for switching to root', async () => {
    const open = { caps: 'off', landlock: 'off', seccomp: 'off' } as const;
    const { stdout } = await startIn({ ...request, policy: open }, nobody);
    expect(answers(stdout)).toEqual(['OK', 'OK', 'OK', 'OK', 'EPERM', 'OK']);
  });

  it('has every layer without being anybody else', async () => {
    const { stdout, report } = await startIn({ ...request, policy: {} }, nobody);
    expect(answers(stdout)).toEqual(denied);
    // So that `status !== 'full'` is a question that everybody can ask.
    expect(report?.status).toBe('full');
    expect(report?.verified).toMatchObject({ by: 'parent', capEff: [], noNewPrivs: true, seccomp: 2 });
    const features = states(report);
    const expected = {
      'caps.capabilities': 'already',
      'caps.bounding': 'unsupported',
      'caps.securebits': 'unsupported',
    };
    expect(features).toMatchObject({ ...expected, 'caps.no_new_privs': 'enforced', 'seccomp.filter': 'enforced' });
    const others = Object.entries(features).filter(([name]) => !(name in expected));
    expect(new Set(others.map(([, state]) => state))).toEqual(new Set(['enforced', 'off']));
  });

  it('is already who it is', async () => {
    const { stdout, report } = await startIn({ ...request, policy: { user: 'nobody' } }, nobody);
    expect(answers(stdout)).toEqual(denied);
    expect(states(report)).toMatchObject({
      'privdrop.user': 'already',
      'privdrop.group': 'already',
      'privdrop.groups': 'already',
    });
  });

  it.each(['daemon', 'root'])('cannot-become %s, and nothing runs', async (user) => {
    const started = await startIn({ ...request, policy: { user } }, nobody);
    expect(started.error?.layer).toBe('privdrop');
    expect([started.stdout ?? '', started.report]).toEqual(['', undefined]);
  });

  it('stays itself where another user is only preferred, and says so', async () => {
    const policy = { user: 'daemon', prefer: ['privdrop'] };
    const { stdout, report } = await startIn({ ...request, policy }, nobody);
    expect(answers(stdout)).toEqual(denied);
    const user = report?.features.find(({ feature }) => feature === 'user');
    expect(user).toMatchObject({ state: 'unsupported', reason: expect.stringMatching(/CAP_SETUID/) });
    expect(report?.verified.uid).toEqual([65_534, 65_534, 65_534, 65_534]);
  });
});
