import type { EnforcementReport, SandboxErrorFields } from '@sb/core';
import { compileFixture, fixtureJson, missing, runProgram } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import type { ProcessIdentity } from '../../src/identity.js';

interface Attempted {
  readonly outcome: Partial<SandboxErrorFields> & Partial<EnforcementReport> & { readonly message?: string };
  readonly before: ProcessIdentity;
  readonly after: ProcessIdentity;
}

const attempt = new URL('fixtures/attempt.ts', import.meta.url);
const nobody = { user: 'nobody' };

/** Tries to drop privileges inside a wrapper program, for instance unshare(1). */
async function attemptUnder(wrapper: readonly string[], options: object): Promise<Attempted> {
  const [file = '', ...args] = wrapper;
  const program = [process.execPath, compileFixture(attempt), JSON.stringify(options)];
  const { status, stdout, stderr } = await runProgram(file, [...args, ...program]);
  if (status !== 0) throw new Error(`${file} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as Attempted;
}

describe.skipIf(missing('linux', 'root', 'unshare', 'userNamespaces'))('where switching is impossible', () => {
  it('changes-nothing-in-a-namespace-with-only-root', async () => {
    const { outcome, before, after } = await attemptUnder(['unshare', '--user', '--map-root-user'], nobody);
    expect(before.uid).toEqual([0, 0, 0, 0]);
    expect(outcome).toMatchObject({ code: 'not-mapped', layer: 'privdrop', step: 'plan' });
    expect(outcome.hint).toContain('/proc/self/uid_map');
    expect(after).toEqual(before);
  });

  it('never-goes-on-as-root-there-under-prefer', async () => {
    const { outcome } = await attemptUnder(['unshare', '--user', '--map-root-user'], { ...nobody, level: 'prefer' });
    expect(outcome.code).toBe('not-mapped');
  });

  it('refuses-groups-that-setgroups-may-not-take', async () => {
    const { outcome: daemon } = await attemptUnder(
      ['setpriv', '--groups=27', 'unshare', '--user', '--map-user=1', '--map-group=1'],
      { user: { user: 1, group: 1 } },
    );
    expect(daemon).toMatchObject({ code: 'setgroups-denied' });
    expect(daemon.hint).toContain('unsafeKeepGroupsWhereSetgroupsIsDenied');
  });

  it('keeps-groups-where-setgroups-is-denied-only-on-request', async () => {
    const { outcome } = await attemptUnder(
      ['setpriv', '--groups=27', 'unshare', '--user', '--map-user=1', '--map-group=1'],
      { user: { user: 1, group: 1 }, unsafeKeepGroupsWhereSetgroupsIsDenied: true },
    );
    expect(outcome.status).toBe('partial');
    expect(outcome.features?.map(({ state }) => state)).toEqual(['already', 'already', 'unsupported', 'enforced']);
  });

  it.each([
    ['cap_setuid', 'CAP_SETUID'],
    ['cap_setgid', 'CAP_SETGID'],
  ])('names %s where root has not got it', async (dropped, named) => {
    const wrapper = ['setpriv', `--bounding-set=-${dropped.slice(4)}`, '--inh-caps=-all', '--ambient-caps=-all'];
    const { outcome, before, after } = await attemptUnder(wrapper, nobody);
    expect(outcome.code).toBe('not-permitted');
    expect(outcome.message).toContain(`uid 0 but lacks ${named},`);
    expect(after).toEqual(before);
  });

  it('an ordinary user can not become another, and stays itself under prefer', async () => {
    const wrapper = ['setpriv', '--reuid=1', '--regid=1', '--clear-groups'];
    const refused = await attemptUnder(wrapper, nobody);
    expect(refused.outcome.code).toBe('not-permitted');
    const { outcome, after } = await attemptUnder(wrapper, { ...nobody, level: 'prefer' });
    expect(outcome.status).toBe('partial');
    expect(after.uid).toEqual([1, 1, 1, 1]);
  });

  it('fails-verification-when-capabilities-survive', async () => {
    // A user that was never uid 0 keeps CAP_SETUID across setresuid, and with it the way back.
    const caps = '+setuid,+setgid';
    const wrapper = [
      'setpriv',
      '--reuid=1',
      '--regid=1',
      '--clear-groups',
      `--inh-caps=${caps}`,
      `--ambient-caps=${caps}`,
    ];
    const { outcome } = await attemptUnder(wrapper, nobody);
    expect(outcome).toMatchObject({ code: 'verification-failed', step: 'regain', syscall: 'setuid' });
    expect(outcome.hint).toContain('End this process');
  });

  it('fails-verification-when-other-capabilities-survive', async () => {
    // Not one of those that change ids, so no attempt to regain ids shows it; it reads every file all the same.
    const caps = '+dac_override';
    const wrapper = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    const { outcome } = await attemptUnder([...wrapper, `--inh-caps=${caps}`, `--ambient-caps=${caps}`], nobody);
    expect(outcome).toMatchObject({ code: 'verification-failed', step: 'verify' });
    expect(outcome.message).toContain('capabilities');
    const allowed = await attemptUnder([...wrapper, `--inh-caps=${caps}`, `--ambient-caps=${caps}`], {
      ...nobody,
      unsafeAllowCapabilities: true,
    });
    expect(allowed.outcome.status).toBe('full');
    // Twin: without them the same process is taken.
    expect((await attemptUnder(wrapper, nobody)).outcome.status).toBe('full');
  });

  it('fails-verification-when-securebits-keep-capabilities', async () => {
    const { outcome } = await attemptUnder(['setpriv', '--securebits=+no_setuid_fixup'], nobody);
    expect(outcome).toMatchObject({ code: 'verification-failed', step: 'regain' });
  });
});

describe.skipIf(missing('linux', 'root'))('a worker thread', () => {
  it('is refused, and nothing is changed', async () => {
    const { code, after } = await fixtureJson<{ code: string; after: ProcessIdentity }>(
      new URL('fixtures/worker.ts', import.meta.url),
    );
    expect(code).toBe('worker-thread');
    expect(after.uid).toEqual([0, 0, 0, 0]);
  });
});

describe.skipIf(missing('linux', 'root'))('child_process alone', () => {
  it('leaves group 0 with a uid alone, and not with spawnOptions', async () => {
    // Not process.getgroups(), which adds the effective group by itself.
    const script = `const text = require('node:fs').readFileSync('/proc/self/status', 'utf8');
      console.log(JSON.stringify(['Gid', 'Groups'].map((name) => text.match(name + ':(.*)')[1].trim())));`;
    const alone = await runProgram(process.execPath, ['-e', script], { uid: 65_534 });
    expect(JSON.parse(alone.stdout)).toEqual(['0\t0\t0\t0', '']);
    const { spawnOptions, policy } = await import('../../src/index.js');
    const ours = await runProgram(process.execPath, ['-e', script], spawnOptions(policy(nobody)));
    expect(JSON.parse(ours.stdout)).toEqual(['65534\t65534\t65534\t65534', '']);
  });
});
