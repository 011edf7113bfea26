import type { EnforcementReport, SandboxErrorFields } from '@sb/core';
import { compileFixture, fixtureJson, missing, nodeReleases, runProgram } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

interface Thread {
  readonly uid: string;
  readonly effective: string;
  readonly permitted: string;
  readonly inheritable: string;
  readonly bounding: string;
  readonly ambient: string;
  readonly noNewPrivs: string;
  readonly securebits: string;
}

interface Restricted {
  readonly before: readonly Thread[];
  readonly after: readonly Thread[];
  readonly outcome: Partial<EnforcementReport> & Partial<SandboxErrorFields> & { readonly message?: string };
}

const fixture = new URL('../fixtures/restrict.ts', import.meta.url);
const empty = '0000000000000000';
const netBind = '0000000000000400';
const locked =
  'noroot,noroot_locked,no_setuid_fixup_locked,keep_caps_locked,no_cap_ambient_raise,no_cap_ambient_raise_locked';
const nothing = {
  effective: empty,
  permitted: empty,
  inheritable: empty,
  bounding: empty,
  ambient: empty,
  noNewPrivs: '1',
  securebits: locked,
};
const states = ({ outcome }: Restricted) =>
  Object.fromEntries(outcome.features?.map(({ feature, state }) => [feature, state]) ?? []);

/** The same process, started by setpriv with other sets than root's. */
async function under(
  wrapper: readonly string[],
  args: readonly string[],
  node = process.execPath,
): Promise<Restricted> {
  const { status, stdout, stderr } = await runProgram('setpriv', [...wrapper, node, compileFixture(fixture), ...args]);
  if (status !== 0) throw new Error(`setpriv ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as Restricted;
}

describe.skipIf(missing('root', 'linux', 'libcap'))('restrictSelf', () => {
  it.each(nodeReleases())('empties every set of every thread of root on $version', async ({ file }) => {
    const result = await fixtureJson<Restricted>(fixture, ['{}'], { node: file });
    expect(result.before.length).toBeGreaterThan(11);
    for (const thread of result.before) {
      expect(thread).toMatchObject({ noNewPrivs: '0', securebits: '' });
      for (const set of [thread.effective, thread.permitted, thread.bounding]) expect(set).not.toBe(empty);
    }
    expect(result.after.length).toBe(result.before.length);
    for (const thread of result.after) expect(thread).toEqual({ uid: '0\t0\t0\t0', ...nothing });
    expect(result.outcome.status).toBe('full');
  });

  it.each(nodeReleases())('switches to an ordinary user and keeps one capability on $version', async ({ file }) => {
    const options = { keep: ['cap_net_bind_service'], ambient: ['cap_net_bind_service'] };
    const result = await fixtureJson<Restricted>(fixture, [JSON.stringify(options), '33'], { node: file });
    expect(result.outcome).toMatchObject({ status: 'full' });
    expect(result.after.length).toBe(result.before.length);
    const kept = { effective: netBind, permitted: netBind, inheritable: netBind, ambient: netBind };
    for (const thread of result.after) expect(thread).toEqual({ ...nothing, ...kept, uid: '33\t33\t33\t33' });
  });

  it('switches to an ordinary user and keeps nothing', async () => {
    const result = await fixtureJson<Restricted>(fixture, ['{}', '33']);
    expect(result.outcome).toMatchObject({ status: 'full' });
    for (const thread of result.after) expect(thread).toEqual({ ...nothing, uid: '33\t33\t33\t33' });
  });

  it('clears no_setuid_fixup first, so that leaving uid 0 takes everything away', async () => {
    const result = await under(['--securebits=+no_setuid_fixup'], ['{}', '33']);
    expect(result.outcome).toMatchObject({ status: 'full' });
    for (const thread of result.before) expect(thread.securebits).toBe('no_setuid_fixup');
    for (const thread of result.after) expect(thread).toEqual({ ...nothing, uid: '33\t33\t33\t33' });
  });

  it('changes only what is asked for', async () => {
    const options = { keep: 'all', bounding: 'leave', securebits: 'leave' };
    const result = await fixtureJson<Restricted>(fixture, [JSON.stringify(options)]);
    expect(result.after.length).toBeGreaterThan(11);
    for (const [index, thread] of result.after.entries()) {
      expect(thread).toEqual({ ...result.before[index], noNewPrivs: '1' });
    }
    expect(states(result)).toMatchObject({ capabilities: 'off', bounding: 'off', no_new_privs: 'enforced' });
  });

  const user = ['--reuid=65534', '--regid=65534', '--clear-groups'];

  it('empties every set of an ordinary user that has capabilities', async () => {
    const given = '+net_bind_service,+setpcap,+setuid';
    const result = await under([...user, `--inh-caps=${given}`, `--ambient-caps=${given}`], ['{}']);
    for (const thread of result.before) expect(thread.ambient).toBe('0000000000000580');
    expect(result.outcome.status).toBe('full');
    for (const thread of result.after) expect(thread).toMatchObject(nothing);
  });

  it('says that an ordinary user can not drop the bounding set, and changes nothing', async () => {
    const { before, after, outcome } = await under(user, ['{}']);
    expect(outcome).toMatchObject({ code: 'not-permitted', layer: 'caps', step: 'plan' });
    expect(outcome.message).toContain('CAP_SETPCAP is not effective, and dropping the bounding set needs it');
    expect(outcome.hint).toContain("levels.bounding to 'prefer'");
    expect(after).toEqual(before);
  });

  it.each(nodeReleases())('does all the rest for an ordinary user under prefer on $version', async ({ file }) => {
    const levels = { bounding: 'prefer', securebits: 'prefer' };
    const wrapper = [...user, '--inh-caps=+chown'];
    const result = await under(wrapper, [JSON.stringify({ levels })], file);
    for (const thread of result.before)
      expect(thread).toMatchObject({ inheritable: '0000000000000001', noNewPrivs: '0' });
    const { bounding = '' } = result.before[0] ?? {};
    expect(bounding).not.toBe(empty);
    expect(result.after.length).toBe(result.before.length);
    for (const thread of result.after) expect(thread).toMatchObject({ ...nothing, bounding, securebits: '' });
    expect(result.outcome.status).toBe('partial');
    expect(states(result)).toMatchObject({
      capabilities: 'enforced',
      bounding: 'unsupported',
      securebits: 'unsupported',
      no_new_privs: 'enforced',
    });
    const reasons = result.outcome.features?.filter(({ state }) => state === 'unsupported').map(({ reason }) => reason);
    for (const reason of reasons ?? []) expect(reason).toContain('CAP_SETPCAP');
  });

  it('says which capability it has not got to keep', async () => {
    const options = { keep: ['cap_net_raw'], bounding: 'leave', securebits: 'leave' };
    const { outcome, before, after } = await under(user, [JSON.stringify(options)]);
    expect(outcome).toMatchObject({ code: 'not-permitted', step: 'plan' });
    expect(outcome.message).toContain('cap_net_raw is not permitted in this process');
    expect(after).toEqual(before);
  });

  it('is already done the second time, and still verified', async () => {
    const wrapper = ['--bounding-set=-all', '--inh-caps=-all', '--no-new-privs', ...user, '--securebits=+noroot'];
    const result = await under(wrapper, [JSON.stringify({ securebits: 'leave' })]);
    expect(result.outcome.features?.filter(({ state }) => state === 'enforced')).toEqual([]);
    expect(states(result)).toMatchObject({ capabilities: 'already', bounding: 'already', no_new_privs: 'already' });
  });
});
