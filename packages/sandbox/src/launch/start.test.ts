import { describe, expect, it, vi } from 'vitest';

import { root } from '../../test/machines.js';
import { definePolicy } from '../policy/define.js';
import { layerPolicies } from '../plan/layers.js';
import type { SandboxOptions, SandboxPolicy } from '../policy/options.js';
import { planSandbox, type SandboxPlan } from '../plan/plan.js';
import { encodeProcess, type ProcessRecord } from './process-record.js';
import { type Start, startRecords } from './start.js';

const start: Start = { path: '/bin/true', argv: ['true'], env: { A: 'b' }, keep: [0, 1, 2] };
const plain: ProcessRecord = {
  newSession: true,
  dieWithParent: true,
  newKeyring: false,
  guard: 'prefer',
  guardBeside: true,
  parent: process.pid,
  writeDenied: true,
  umask: undefined,
  rlimits: { core: 0 },
  keep: [0, 1, 2],
  cwd: '',
  path: '/bin/true',
  argv: ['true'],
  env: { A: 'b' },
};

function recordsOf(options: SandboxOptions, changes: Partial<Start> = {}): Buffer {
  const policy = definePolicy(options);
  const plan = planSandbox(policy, layerPolicies(policy), root);
  return Buffer.from(startRecords(policy, plan, { ...start, ...changes }));
}

/** The records of a plan that had no start before. Another plan could differ: it looks at the machine anew. */
function firstRecords(policy: SandboxPolicy, plan: SandboxPlan, changes: Partial<Start>): Buffer {
  return Buffer.from(startRecords(policy, { ...plan }, { ...start, ...changes }));
}

describe('startRecords', () => {
  it.each<[SandboxOptions, Partial<Start>, Partial<ProcessRecord>]>([
    [{}, {}, {}],
    [{ newSession: false, dieWithParent: false }, {}, { newSession: false, dieWithParent: false }],
    [{ umask: 0o27 }, {}, { umask: 0o27 }],
    [{ cwd: '/usr' }, {}, { cwd: '/usr' }],
    [{ cwd: 'src' }, {}, { cwd: `${process.cwd()}/src` }],
    [{ rlimits: { nofile: 9, core: 'unlimited' } }, {}, { rlimits: { core: Infinity, nofile: 9 } }],
    [{}, { anyParent: true }, { parent: 0, guardBeside: false }],
    [{ off: ['process.descendants'] }, {}, { guard: 'off' }],
    [{ require: ['process.descendants'] }, {}, { guard: 'require' }],
    [{ landlock: { paths: [{ rw: '/dev' }] } }, {}, { writeDenied: false }],
    [{ landlock: { paths: [{ rw: '/dev/null' }] } }, {}, {}],
    [{ off: ['landlock'] }, {}, { writeDenied: false, guard: 'off' }],
    [{}, { path: 5, keep: [0, 1, 2, 5] }, { path: 5, keep: [0, 1, 2, 5] }],
    [{ env: { IGNORED: 'here' } }, {}, {}],
  ])('%j with %j', (options, changes, expected) => {
    const record = Buffer.from(encodeProcess({ ...plain, ...expected }));
    expect(recordsOf(options, changes).subarray(0, record.length)).toEqual(record);
  });

  it.each<Partial<Start>>([
    { path: '/bin/false' },
    { path: 5 },
    { argv: ['true', 'more'] },
    { env: { A: 'c' } },
    { keep: [0, 1] },
    { anyParent: true },
    { execKey: 7n },
  ])('forgets what the last start of the plan had where the next has %o', (changes) => {
    const policy = definePolicy({});
    const plan = planSandbox(policy, layerPolicies(policy), root);
    const bytes = (some: Partial<Start>) => Buffer.from(startRecords(policy, plan, { ...start, ...some }));
    const first = bytes({});
    expect(bytes(changes)).toEqual(firstRecords(policy, plan, changes));
    expect(bytes(changes)).not.toEqual(first);
    expect(bytes({})).toEqual(first);
  });

  it('sees that a list of arguments was changed in place', () => {
    const policy = definePolicy({});
    const plan = planSandbox(policy, layerPolicies(policy), root);
    const argv = ['true', 'one'];
    const bytes = () => Buffer.from(startRecords(policy, plan, { ...start, argv }));
    const first = bytes();
    expect(bytes()).toEqual(first);
    argv[1] = 'two';
    expect(bytes()).toEqual(firstRecords(policy, plan, { argv: ['true', 'two'] }));
    argv.push('more');
    expect(bytes()).toEqual(firstRecords(policy, plan, { argv: ['true', 'two', 'more'] }));
  });

  it('notices a change of the directory at which the working directory begins', () => {
    const policy = definePolicy({ cwd: 'src' });
    const plan = planSandbox(policy, layerPolicies(policy), root);
    const cwd = vi.spyOn(process, 'cwd');
    const folders = ['/one', '/two'].map((folder) => {
      cwd.mockReturnValue(folder);
      return Buffer.from(startRecords(policy, plan, start)).includes(`${folder}/src`);
    });
    cwd.mockRestore();
    expect(folders).toEqual([true, true]);
  });

  it('puts the layers behind, each at eight bytes, and none that is off', () => {
    const all = recordsOf({ user: 65_534 });
    const few = recordsOf({ off: ['caps', 'landlock', 'seccomp'] });
    expect(all.length % 8).toBe(0);
    expect(few).toHaveLength(Math.ceil(encodeProcess(plain).length / 8) * 8);
    expect(all.length).toBeGreaterThan(few.length);
  });

  it.each<[SandboxOptions, Partial<Start>]>([
    [{}, { argv: ['true', 'a\0b'] }],
    [{}, { env: { A: 'b\0LD_PRELOAD=x' } }],
    [{}, { argv: ['x'.repeat(2 ** 20)] }],
  ])('refuses what would end a text early, or is too long: %#', (options, changes) => {
    const refused = { code: 'invalid-policy', step: 'records' };
    expect(() => recordsOf(options, changes)).toThrow(expect.objectContaining(refused));
  });
});
