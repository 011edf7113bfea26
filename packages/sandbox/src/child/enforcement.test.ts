import type { ChildProcess } from 'node:child_process';

import { isSandboxError, type SandboxError, type TaskStatus } from '@sb/core';
import { describe, expect, it } from 'vitest';

import { root } from '../../test/machines.js';
import { definePolicy } from '../policy/define.js';
import { enforcementOf, type SandboxReport } from './enforcement.js';
import { layerPolicies } from '../plan/layers.js';
import type { SandboxOptions } from '../policy/options.js';
import { planSandbox } from '../plan/plan.js';
import type { LauncherStatus } from '../launch/status.js';

/** A child that has ended: only the launcher's word is left. */
const ended = { pid: 7, exitCode: 0, signalCode: null, spawnfile: '/usr/bin/tool' } as ChildProcess;

const task: TaskStatus = {
  tid: 7,
  uid: [0, 0, 0, 0],
  gid: [0, 0, 0, 0],
  groups: [],
  capInh: 0n,
  capPrm: 0n,
  capEff: 0n,
  capBnd: 0n,
  capAmb: 0n,
  noNewPrivs: true,
  seccomp: 0,
  seccompFilters: 0,
};
type Executed = Extract<LauncherStatus, { kind: 'executed' }>;
const EACCES = 13;
const user = { user: { user: 9, group: 9 } };
const executed: Executed = {
  kind: 'executed',
  task,
  filters: 0,
  skipped: [],
  proofs: [{ feature: 'fs.write_file', errno: EACCES }],
  unjoined: undefined,
};

function outcome(status: LauncherStatus, options: SandboxOptions = {}): SandboxReport | SandboxError {
  const policy = definePolicy(options);
  try {
    return enforcementOf(status, { child: ended }, planSandbox(policy, layerPolicies(policy), root));
  } catch (error) {
    if (isSandboxError(error)) return error;
    throw error;
  }
}

describe('enforcementOf', () => {
  it('reports what was planned, with who read it back', () => {
    expect(outcome(executed)).toMatchObject({
      status: 'full',
      verified: { by: 'launcher', capEff: [], noNewPrivs: true, seccomp: 2 },
      proofs: ['fs.write_file: EACCES'],
      missingPaths: [],
    });
  });

  it('says why a separate session keyring is missing', () => {
    const line = { layer: 'process', feature: 'session_keyring' };
    const features = (unjoined: number | undefined) => {
      const report = outcome({ ...executed, unjoined, task: { ...task, uid: [9, 9, 9, 9], gid: [9, 9, 9, 9] } }, user);
      return 'features' in report ? report.features : report;
    };
    expect(features(undefined)).toContainEqual({ ...line, state: 'enforced' });
    const reason = 'the kernel does not support keys, or a filter denies keyctl: EPERM';
    expect(features(1)).toContainEqual({ ...line, state: 'off', reason });
  });

  it.each<[string, LauncherStatus, object]>([
    ['a lost launcher', { kind: 'lost' }, { code: 'launcher-lost' }],
    [
      'a failed step',
      { kind: 'failed', layer: 'caps', step: 'bounding', syscall: 'prctl', errno: 1, rule: undefined },
      { layer: 'caps', step: 'bounding', errno: 'EPERM' },
    ],
    [
      'a ruleset that restricts nothing',
      { kind: 'failed', layer: 'landlock', step: 'prove', syscall: 'connect', errno: 1, rule: undefined },
      {
        code: 'verification-failed',
        step: 'prove',
        message: /connect succeeded although the Landlock rules forbid it.*was not run/,
      },
    ],
    ['a child that nobody could look at', { ...executed, task: undefined }, { code: 'verification-failed' }],
    [
      'a capability that is left',
      { ...executed, task: { ...task, capEff: 1n } },
      { message: /effective capabilities/ },
    ],
    [
      'no_new_privs that is not set',
      { ...executed, task: { ...task, noNewPrivs: false } },
      { message: /no_new_privs/ },
    ],
  ])('throws for %s', (_, status, expected) => {
    const { message, ...fields } = { message: /./, ...expected };
    const error = outcome(status);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject(fields);
    expect((error as Error).message).toMatch(message);
  });

  it('takes what the policy allows for no proof', () => {
    const options = { landlock: { paths: [{ rw: '/dev' }] } } satisfies SandboxOptions;
    expect(outcome({ ...executed, proofs: [{ feature: 'fs.write_file', errno: 0 }] }, options)).toMatchObject({
      status: 'full',
      proofs: [],
    });
  });

  it.each([
    ['fs.write_file', 2],
    ['net.bind_tcp', 97],
    ['scope.signal', 3],
  ])('takes another error than that of Landlock for no proof: %s %i', (feature, errno) => {
    const report = outcome({ ...executed, proofs: [{ feature, errno }] }) as SandboxReport;
    expect(report.proofs).toEqual([]);
    expect(report.features.find((line) => line.feature === 'fs.write_file')?.reason).toMatch(/not verified/);
  });

  it('names optional paths that are missing, on the lines that they limit', () => {
    const options = { landlock: { paths: [{ rw: '/missing', optional: true }] } } satisfies SandboxOptions;
    const policy = definePolicy(options);
    const { expected } = planSandbox(policy, layerPolicies(policy), root);
    const skipped = expected.rules.paths.findIndex(({ path }) => path === '/missing');
    const report = outcome({ ...executed, skipped: [skipped] }, options) as SandboxReport;
    expect(report.missingPaths).toEqual(['/missing']);
    const reasonOf = (feature: string) => report.features.find((line) => line.feature === feature)?.reason;
    expect(reasonOf('fs.make_dir')).toMatch(/because they do not exist: \/missing/);
    expect(reasonOf('fs.execute')).toBeUndefined();
  });

  it('says that nothing was proven where nothing could be tried', () => {
    const report = outcome({ ...executed, proofs: [] }) as SandboxReport;
    const landlock = report.features.filter(({ layer, state }) => layer === 'landlock' && state === 'enforced');
    expect(landlock.length).toBeGreaterThan(0);
    for (const { reason } of landlock) expect(reason).toMatch(/not verified/);
  });
});
