/* libseccomp's own programs put to `verify`: proved where they are right, and a call that shows it where they are not. */
import { missing, temporaryFolder } from '@sb/test-kit';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { compare, describeCall, verify } from '../../src/analysis/index.js';
import { decodeProgram, run } from '../../src/bpf/bpf.js';
import { arg, errno, type RuleOptions, type SeccompOptions } from '../../src/index.js';
import { encodeAction } from '../../src/policy/actions.js';
import { oracle } from '../property/oracle.js';
import { buildReference, compileReference } from '../support/reference.mjs';
import { type Case, caseOf } from './compare.js';
import { policies } from './policies.js';

/** What libseccomp has no answer of its own to gets its default; x32 it knows on x86-64 only. */
const onArm = (options: SeccompOptions): Case =>
  caseOf({ ...options, base: 'allow-all', allow: [], unknown: 'allow' }, 'aarch64');
const denied = errno('ENOTNAM');

describe.skipIf(missing('linux', 'libseccomp'))('verify of what libseccomp 2.6.0 makes', () => {
  const folder = temporaryFolder();
  const reference = folder.file('reference');
  beforeAll(() => buildReference(reference));
  afterAll(() => folder[Symbol.dispose]());
  const programsOf = (cases: readonly Case[]) =>
    compileReference(
      reference,
      cases.map(({ filter }) => filter),
    ).programs.map((bytes = new Uint8Array()) => bytes);
  const bytesOf = (one: Case) => programsOf([one])[0] ?? new Uint8Array();

  it('proves it where no comparisons are merged', () => {
    const rules: RuleOptions[] = [
      { syscall: 'ioctl', when: [arg(1).eq64(0x5412)], action: denied },
      { syscall: 'mmap', when: [arg(1).lt64(7), arg(2).maskedEq64(5, 4)], action: denied },
      { syscall: 'socket', when: [arg(0).ge64(0x1_0000_0000n)], action: errno('EACCES') },
    ];
    const one = onArm({ base: 'allow-all', rules, deny: ['mount', 'ptrace'] });
    expect(verify({ machine: 'aarch64', bytes: bytesOf(one) }, one.policy)).toMatchObject({ proved: true });
  });

  it('finds the wrong merge of two bounds that share a half (GHSA-4q85-33p6-j5g6)', () => {
    const rules: RuleOptions[] = [
      { syscall: 'mmap', when: [arg(1).lt64(7)], action: denied },
      { syscall: 'mmap', when: [arg(1).ge64(0x7_0000_0007n)], action: denied },
    ];
    const one = onArm({ base: 'allow-all', rules });
    const program = { machine: 'aarch64', bytes: bytesOf(one) } as const;
    const proof = verify(program, one.policy);
    expect(proof).toMatchObject({ proved: false, wanted: { action: 'allow' }, found: { errno: 'ENOTNAM' } });
    expect(proof.proved ? '' : describeCall(proof.call)).toBe('aarch64 mmap(0x0, 0x7, 0x0, 0x0, 0x0, 0x0)');
    expect(compare(one.policy, program)).toMatchObject({
      relation: 'superset',
      onlyA: { args: [0n, 7n, 0n, 0n, 0n, 0n] },
    });
  });

  it('finds wrong merges among many policies, each shown by a run', () => {
    const cases = fc.sample(policies.wide, { numRuns: 60, seed: 7 }).map(onArm);
    const seen = { proved: 0, wrong: 0 };
    for (const [index, bytes] of programsOf(cases).entries()) {
      const own = cases[index]?.policy;
      if (own === undefined || bytes.length === 0) continue;
      const proof = verify({ machine: 'aarch64', bytes }, own);
      seen[proof.proved ? 'proved' : 'wrong']++;
      if (proof.proved) continue;
      const { number, audit, args } = proof.call;
      const { returned } = run(decodeProgram(bytes), { nr: number, arch: audit, args });
      const wanted = encodeAction(oracle(own, { arch: 'aarch64', nr: number, args }));
      expect(returned).not.toBe(wanted);
      expect([encodeAction(proof.found), encodeAction(proof.wanted)]).toEqual([returned, wanted]);
    }
    expect(seen.proved).toBeGreaterThan(30);
    expect(seen.wrong).toBeGreaterThan(1);
  });
});
