import type { SandboxError } from '@sb/core';
import { describe, expect, it } from 'vitest';

import { root, withLandlock, withoutSeccomp } from '../../test/machines.js';
import type { CgroupSupport } from '../cgroup/support.js';
import { definePolicy, effectiveOf } from '../policy/define.js';
import type { SandboxOptions } from '../policy/options.js';
import { layerPolicies } from './layers.js';
import { planSandbox, type SandboxSupport } from './plan.js';

const available = {
  state: 'available',
  place: '/sys/fs/cgroup/a',
  name: '/a',
  mounts: ['/sys/fs/cgroup'],
  owner: 0,
  kill: true,
  missing: {},
} as const satisfies CgroupSupport;

function planned(options: SandboxOptions, cgroup: CgroupSupport | undefined, machine: SandboxSupport = root) {
  const policy = effectiveOf(definePolicy(options));
  const support = cgroup === undefined ? machine : { ...machine, cgroup };
  return planSandbox(policy, layerPolicies(policy), support);
}

function line(
  options: SandboxOptions,
  cgroup: CgroupSupport | undefined,
  machine?: SandboxSupport,
  name = 'cgroup.pids',
) {
  return planned(options, cgroup, machine).features.find(({ feature }) => feature === name);
}

const pids: SandboxOptions = { cgroup: { pids: 50 } };
const preferred: SandboxOptions = { ...pids, prefer: ['process.cgroup'] };

describe('a limit of a cgroup', () => {
  it('is enforced where the machine delegates one, and each start gets it', () => {
    const plan = planned({ cgroup: { memory: 70_000, pids: 50, cpu: 20 } }, available);
    const limits = plan.features.filter(({ feature }) => feature.startsWith('cgroup.'));
    expect(limits.map(({ feature, state }) => [feature, state])).toEqual([
      ['cgroup.memory', 'enforced'],
      ['cgroup.pids', 'enforced'],
      ['cgroup.cpu', 'enforced'],
    ]);
    expect(plan.expected.cgroup).toMatchObject({
      place: '/sys/fs/cgroup/a',
      limits: { memory: 70_000, pids: 50, cpu: 20 },
      ends: true,
    });
  });

  it('makes no cgroup and asks for none where the policy has no limit', () => {
    const support = {
      ...root,
      get cgroup(): CgroupSupport {
        throw new Error('asked');
      },
    };
    const policy = effectiveOf(definePolicy({}));
    expect(planSandbox(policy, layerPolicies(policy), support).expected.cgroup).toBeUndefined();
  });

  it.each<[string, CgroupSupport | undefined, RegExp]>([
    ['no cgroup v2', { state: 'unavailable', reason: 'cgroup v2 is not mounted' }, /cgroup v2 is not mounted/],
    ['no controller', { ...available, missing: { pids: 'it is not delegated' } }, /it is not delegated/],
    ['nothing known', undefined, /no cgroup can be made/],
  ])('is refused with %s, or reported where it is preferred', (_name, cgroup, reason) => {
    const error = (() => {
      try {
        return planned(pids, cgroup);
      } catch (caught) {
        return caught as SandboxError;
      }
    })();
    expect(error).toMatchObject({ code: 'unsupported-platform', message: expect.stringMatching(reason) as string });
    expect(line(preferred, cgroup)).toMatchObject({
      state: 'unsupported',
      reason: expect.stringMatching(reason) as string,
    });
    expect(planned(preferred, cgroup).status).toBe('partial');
  });

  it.each<[cgroup: NonNullable<SandboxOptions['cgroup']>, message: RegExp]>([
    [{ memory: 70_000 }, /Try systemd-run --user --scope -p Delegate=yes .*--prefer process\.cgroup .*rlimit as /],
    [{ pids: 5 }, /Try systemd-run --user --scope -p Delegate=yes .*--prefer process\.cgroup .*rlimit nproc /],
    [
      { cpu: 50 },
      /Try systemd-run --user --scope -p Delegate=yes .*--prefer process\.cgroup on the command line\. Noth/,
    ],
  ])('names what helps with %j', (cgroup, message) => {
    const missing = { memory: 'it is not there', pids: 'it is not there', cpu: 'it is not there' };
    expect(() => planned({ cgroup }, { ...available, missing })).toThrow(message);
  });

  it('names systemd-run once', () => {
    const reason = 'Start this process by systemd-run --user --scope';
    expect(() => planned(pids, { state: 'unavailable', reason })).toThrow(/^(?!.*systemd-run.*systemd-run)/);
  });

  it('may be set for some and missing for others, by their own levels', () => {
    const cgroup = { ...available, missing: { memory: 'cgroup v1 has it' } };
    const both: SandboxOptions = { cgroup: { memory: 70_000, pids: 5 }, prefer: ['process.cgroup.memory'] };
    expect(planned(both, cgroup).expected.cgroup?.limits).toEqual({ pids: 5 });
    expect(() => planned({ ...both, prefer: ['process.cgroup.pids'] }, cgroup)).toThrow(/cgroup v1 has it/);
    expect(line({ ...pids, off: ['process.cgroup'] }, available)).toMatchObject({ state: 'off' });
    expect(planned({ ...pids, off: ['process.cgroup'] }, available).expected.cgroup).toBeUndefined();
  });

  it.each<[string, SandboxOptions, SandboxSupport, boolean]>([
    ['the same user, with Landlock and the filter', {}, root, true],
    ['the same user, with files open', { landlock: 'off' }, root, false],
    ['the same user, who may write everywhere', { landlock: { paths: [{ rw: '/' }] } }, root, false],
    ['the same user, who may write to cgroups', { landlock: { paths: [{ rw: '/sys/fs/cgroup' }] } }, root, false],
    ['the same user, who may write to one', { landlock: { paths: [{ rw: '/sys/fs/cgroup/a/b' }] } }, root, false],
    ['the same user, who may write elsewhere', { landlock: { paths: [{ rw: '/sys/fs/cgroups' }] } }, root, true],
    ['the same user, without the filter', { seccomp: 'off' }, root, false],
    ['the same user, with clone3', { seccomp: { base: 'deny-dangerous', allow: ['clone3'] } }, root, false],
    ['the same user, on a kernel without Landlock', { prefer: ['landlock'] }, withLandlock(0), false],
    ['the same user, on a kernel without filters', { prefer: ['seccomp'] }, withoutSeccomp, false],
    ['another user', { user: 65_534, landlock: 'off', seccomp: 'off' }, root, true],
    ['another user with a right', { user: 65_534, caps: { keep: ['cap_dac_override'] }, seccomp: 'off' }, root, false],
  ])('holds %s: %s', (_name, options, machine, holds) => {
    const found = line(
      { ...options, ...pids, prefer: [...(options.prefer ?? []), 'process.cgroup'] },
      available,
      machine,
    );
    expect(found?.state).toBe(holds ? 'enforced' : 'unsupported');
    if (!holds) expect(found?.reason).toMatch(/could leave its cgroup/);
  });
});

describe('descendants', () => {
  const old = withLandlock(5);
  const older: SandboxOptions = { prefer: ['landlock'] };
  const descendants = (options: SandboxOptions, cgroup: CgroupSupport | undefined, machine?: SandboxSupport) =>
    line(options, cgroup, machine, 'descendants');

  it('end by cgroup.kill where a cgroup is had, and the report says so', () => {
    expect(descendants(pids, available)).toMatchObject({ state: 'enforced', reason: 'by cgroup.kill' });
    expect(descendants({}, available)).toEqual({ layer: 'process', feature: 'descendants', state: 'enforced' });
    expect(descendants({ ...pids, off: ['process.descendants'] }, available)).toMatchObject({ state: 'off' });
  });

  it('end by it before Linux 6.12 too, without a limit', () => {
    const plan = planned(older, available, old);
    expect(plan.expected.cgroup).toMatchObject({ limits: {}, ends: true });
    expect(descendants(older, available, old)).toMatchObject({
      state: 'enforced',
      reason: expect.stringMatching(/^by cgroup.kill; if this process is killed, .* may end the guardian$/) as string,
    });
    expect(descendants({ ...older, user: 65_534 }, available, old)).toMatchObject({ reason: 'by cgroup.kill' });
    expect(planned({ ...older, off: ['process.descendants'] }, available, old).expected.cgroup).toBeUndefined();
  });

  it.each<[string, CgroupSupport | undefined]>([
    ['5.14', { ...available, kill: false }],
    ['cgroup v2', { state: 'unavailable', reason: 'cgroup v2 is not mounted' }],
    ['anything', undefined],
  ])('are not promised there without %s', (_name, cgroup) => {
    expect(descendants(older, cgroup, old)?.state).toBe('unsupported');
    expect(planned(older, cgroup, old).expected.cgroup).toBeUndefined();
    expect(() => planned({ ...older, require: ['process.descendants'] }, cgroup, old)).toThrow(
      /cannot be ended with it/,
    );
  });

  it('stay open where the policy lets signals out', () => {
    expect(planned({ landlock: { scope: [] } }, available).expected.cgroup).toBeUndefined();
  });
});
