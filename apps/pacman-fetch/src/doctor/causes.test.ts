import { describe, expect, it } from 'vitest';

import { explainMissing, explainUser } from './causes.js';
import type { Machine } from './machine.js';

const machine: Machine = {
  kernel: '6.18.1-arch1-1',
  uid: { said: 0, real: 0 },
  tracer: undefined,
  isFiltered: false,
  emulatedOn: undefined,
  isContainer: false,
  securityModules: undefined,
  hasLandlockBuilt: undefined,
};
const absent = 'this kernel has no Landlock (ENOSYS)';
const disabled = 'this kernel has Landlock, but it is not enabled (EOPNOTSUPP)';

const line = (layer: string, reason: string, feature = 'fs.execute') =>
  ({ layer, feature, state: 'unsupported', reason }) as const;

describe('explainMissing', () => {
  it.each([
    [disabled, { securityModules: 'yama,bpf' }, /not in lsm=/, /"lsm=landlock,yama,bpf"/],
    [absent, { emulatedOn: 'x86_64' }, /qemu-user .* the x86_64 kernel/, /own architecture/],
    [absent, { kernel: '5.10.0-30-amd64' }, /5\.10\.0-30-amd64 is older than 5\.13/, /newer kernel/],
    [absent, { kernel: '4.19.0' }, /older than 5\.13/, /newer kernel/],
    [
      absent,
      { hasLandlockBuilt: true },
      /a system-call filter hides it$/,
      /Let the container's filter allow landlock_/,
    ],
    [absent, { hasLandlockBuilt: false }, /without CONFIG_SECURITY_LANDLOCK/, /Arch's linux/],
    [absent, { isFiltered: true }, /filter hides it, or the kernel was built without it/, /Let the container's filter/],
    [absent, {}, /no Landlock \(ENOSYS\)/, /newer kernel, with Landlock/],
    ['asking for Landlock was refused (EPERM)', {}, /forbids it/, /Let the container's filter/],
  ])('Landlock: %s with %j', (reason, facts, what, remedy) => {
    const [finding, ...others] = explainMissing([line('landlock', reason)], { ...machine, ...facts });
    expect(others).toEqual([]);
    expect(finding).toEqual({
      level: 'partial',
      what: expect.stringMatching(what) as string,
      remedy: expect.stringMatching(remedy) as string,
    });
  });

  it('says once what has one reason, and nothing of what is in force or off', () => {
    const features = [
      line('caps', 'needs CAP_SETPCAP', 'bounding'),
      line('caps', 'needs CAP_SETPCAP', 'securebits'),
      { layer: 'caps', feature: 'keep', state: 'off' },
      { layer: 'privdrop', feature: 'user', state: 'already' },
    ] as const;
    expect(explainMissing(features, machine).map(({ what }) => what)).toEqual([
      'caps (bounding, securebits) stays unchanged: needs CAP_SETPCAP',
    ]);
  });

  it('is a note of what nothing follows from, and of nothing else', () => {
    const unneeded = 'nothing can be gained by it';
    const lines = [{ ...line('caps', 'no', 'bounding'), unneeded }, line('caps', 'no', 'capabilities')];
    expect(explainMissing(lines, machine, 'broken')).toMatchObject([
      { level: 'note', what: 'caps (bounding) stays unchanged: no; nothing can be gained by it' },
      { level: 'broken', what: expect.stringMatching(/^caps \(capabilities\)/) },
    ]);
  });

  it.each([
    [{ emulatedOn: 'x86_64' }, /qemu-user does not support filters/],
    [{ isContainer: true }, /container's own filter/],
    [{}, /CONFIG_SECCOMP_FILTER/],
  ])('seccomp with %j', (facts, remedy) => {
    const [finding] = explainMissing([line('seccomp', 'ENOSYS', 'filter')], { ...machine, ...facts });
    expect(finding?.remedy).toMatch(remedy);
  });
});

describe('explainUser', () => {
  it.each([
    [{ tracer: 'proot' }, /proot only pretends/, /outside of proot/],
    [{ uid: { said: 0, real: 1000 } }, /the kernel sees uid 1000/, /outside of fakeroot/],
    [{ tracer: 'gdb' }, /^no CAP_SETUID$/, /^Start it as root\.$/],
  ])('%j', (facts, what, remedy) => {
    const explanation = explainUser('no CAP_SETUID', { ...machine, ...facts }, 'Start it as root.');
    expect(explanation.what).toMatch(what);
    expect(explanation.remedy).toMatch(remedy);
  });
});
