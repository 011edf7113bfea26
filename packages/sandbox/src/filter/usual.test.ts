import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

import {
  compile,
  expandGroup,
  type Machine,
  plan,
  policy as seccompPolicy,
  prepareFilter,
  type SeccompOptions,
  type SeccompPolicy,
} from '@sb/seccomp';
import { describe, expect, it, vi } from 'vitest';

import { root } from '../../test/machines.js';
import { filterOptions, layerPolicies, type LayerPolicies } from '../plan/layers.js';
import { openBypasses } from '../plan/open-bypasses.js';
import { planSandbox } from '../plan/plan.js';
import { definePolicy, effectiveOf, partsOf } from '../policy/define.js';
import type { SandboxPolicy } from '../policy/options.js';
import { refuseUnstartable } from './launcher-calls.js';
import type { Action, Question } from './question.js';
import { answersOf } from './questions.js';
import * as usual from './usual.js';

/** What a worker of `@sb/fetcher` has; a test there compares them. Its ports are in no rule of the filter. */
const noPipes = ['splice', 'tee', 'vmsplice', 'sendfile'].map(
  (syscall) => ({ syscall, action: { action: 'errno', errno: 'EPERM' } }) as const,
);
const noUnixSockets = {
  syscall: 'socket',
  when: [{ arg: 0, compare: 'eq32', value: 1 }],
  action: { action: 'errno', errno: 'EAFNOSUPPORT' },
} as const;

function seccompOf({ seccomp }: LayerPolicies): SeccompPolicy {
  if (seccomp === undefined) throw new Error('the filter is missing');
  return seccomp;
}

interface Case {
  /** Written by SB_WRITE_USUAL=1; then format it (oxfmt). */
  readonly file: URL;
  readonly policy: SandboxPolicy;
  readonly execKey: bigint | undefined;
  /** The descriptors of the status of a launcher: for sb-run without and with a cgroup's files or denials. */
  readonly statuses: readonly number[];
  readonly group: string;
  /** A question that is asked of it, with the answer. */
  readonly asked: readonly [question: Question, answer: Action];
}

/** The one exec of a program that is started. */
function started(key: bigint): Case['asked'] {
  return [['execveat', -100, undefined, undefined, undefined, 0, key], { action: 'allow' }];
}

const cases: Readonly<Record<string, Case>> = {
  'sb-run': {
    file: new URL('usual.json', import.meta.url),
    policy: definePolicy({ profile: 'read' }),
    execKey: undefined,
    statuses: [4, 5, 6],
    group: '@deny-dangerous',
    asked: started(0n),
  },
  'a worker': {
    file: new URL('usual-worker.json', import.meta.url),
    policy: definePolicy({
      landlock: { preset: 'minimal', net: { connectTcp: [80, 443] } },
      seccomp: { base: 'network-client', rules: [noUnixSockets, ...noPipes] },
      execOnce: true,
    }),
    execKey: usual.anyKey,
    statuses: [6, 7, 8, 9, 10],
    group: '@network-client',
    asked: started(usual.anyKey),
  },
  'a process that downloads': {
    file: new URL('usual-client.json', import.meta.url),
    policy: definePolicy({
      user: 'nobody',
      landlock: { preset: 'minimal', net: { connectTcp: [80] } },
      seccomp: { base: 'network-client-running', deny: [], allow: [], rules: [noUnixSockets, ...noPipes] },
      prefer: ['seccomp', 'landlock'],
    }),
    execKey: undefined,
    // It restricts itself, and starts no other.
    statuses: [],
    group: '@network-client-running',
    asked: [['socket', 1], { action: 'errno', errno: 'EAFNOSUPPORT' }],
  },
};

describe.each(Object.entries(cases))(
  'the usual filter of %s',
  (_, { file, policy, execKey, statuses, group, asked: [question, answer] }) => {
    const layers = layerPolicies(policy, { execKey });
    const effective = effectiveOf(policy);
    const { levels } = partsOf(effective);
    const options = optionsWith(execKey);
    const usualOne = seccompOf(layers);

    function optionsWith(key: bigint | undefined): SeccompOptions {
      const made = filterOptions(effective, levels, { landlock: layers.landlock, execKey: key });
      if (made === undefined) throw new Error('the filter is missing');
      return made;
    }

    /** The same, but not the prepared one. */
    const compiledOf = (key: bigint | undefined): SeccompPolicy =>
      seccompPolicy({ level: 'require', ...optionsWith(key) });

    /** What is known of the filter on a machine, made now. */
    function madeFor(machine: Machine): usual.UsualFilter {
      const own = compiledOf(execKey);
      const asked = new Map<string, Parameters<typeof answersOf>>();
      const spy = vi.spyOn(usual, 'usualAnswers').mockImplementation((...call) => {
        asked.set(usual.usualKey(call[1], call[2]), call);
        return undefined;
      });
      try {
        planSandbox(policy, { ...layers, seccomp: own }, { ...root, seccomp: { ...root.seccomp, machine } });
        if (statuses.length === 0) openBypasses({ ...layers, seccomp: own }, { machine, abi: 0 });
        for (const status of statuses) refuseUnstartable({ policy: own, machine, execKey }, status);
        const answers = [...asked].map(([key, call]) => [key, answersOf(...call)] as const);
        return {
          filter: prepareFilter(own, machine),
          keyAt: execKey === undefined ? { low: [], high: [] } : keyAt(machine, execKey),
          answers: Object.fromEntries(answers),
        };
      } finally {
        spy.mockRestore();
      }
    }

    const programOf = (machine: Machine, key: bigint): Buffer =>
      Buffer.from(prepareFilter(compiledOf(key), machine).program.bytes, 'base64');

    /** Where the program of another key differs: in the last four bytes of instructions (`struct sock_filter`). */
    function keyAt(machine: Machine, key: bigint): usual.UsualFilter['keyAt'] {
      const one = programOf(machine, key);
      const differing = (other: Buffer): readonly number[] => {
        expect(other).toHaveLength(one.length);
        return [...Array(one.length / 4).keys()]
          .map((word) => word * 4)
          .filter((at) => one.readInt32LE(at) !== other.readInt32LE(at));
      };
      const low = differing(programOf(machine, key ^ 0xffff_ffffn));
      const high = differing(programOf(machine, key ^ 0xffff_ffff_0000_0000n));
      expect([...low, ...high].every((at) => at % 8 === 4)).toBe(true);
      expect([low, high].every((places) => places.length > 0)).toBe(true);
      return { low, high };
    }

    /** Which calls the groups have, of those that are asked for, made now; and the options that were made with them. */
    function membersNow(): { readonly members: usual.Usual['members']; readonly made: SeccompOptions } {
      const asked: Record<string, Record<string, boolean>> = {};
      const spy = vi.spyOn(usual, 'usualMember').mockImplementation((name, call) => {
        (asked[name] ??= {})[call] = expandGroup(name).has(call);
        return undefined;
      });
      try {
        return { made: optionsWith(execKey), members: asked };
      } finally {
        spy.mockRestore();
      }
    }

    it('is the one that would be made now', () => {
      const { made, members } = membersNow();
      expect(options).toEqual(made);
      const own = compiledOf(execKey);
      const known = { x86_64: madeFor('x86_64'), aarch64: madeFor('aarch64') };
      const all = { options: usual.textOf(made), members, policy: own, ...known } satisfies usual.Usual;
      const text = `${JSON.stringify(all)}\n`;
      if (process.env['SB_WRITE_USUAL'] !== undefined) writeFileSync(file, text);
      expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(text));
      expect(Object.keys(known.x86_64.answers).length).toBeGreaterThan(20);
      // compile() proves each program.
      for (const { machine, bytes } of compile(own).programs)
        if (machine !== 'riscv64')
          expect(known[machine].filter.program.bytes).toBe(Buffer.from(bytes).toString('base64'));
    });

    it('is taken for these options, with the same record, and for no others', () => {
      const own = compiledOf(execKey);
      expect(usualOne).toEqual(own);
      const { proofKey } = root;
      expect(plan(usualOne, root.seccomp, { proofKey })).toEqual(plan(own, root.seccomp, { proofKey }));
      // For another machine it is compiled.
      const other = { ...root.seccomp, machine: 'riscv64' } as const;
      expect(plan(usualOne, other, { proofKey })).toEqual(plan(own, other, { proofKey }));
      expect(usual.usualPolicy({ ...options })).toEqual(own);
      expect(
        usual.usualPolicy(Object.fromEntries(Object.entries(options).toReversed()) as unknown as SeccompOptions),
      ).toEqual(own);
      expect(usual.usualPolicy({ ...options, deny: ['getcwd'] })).toBeUndefined();
      const preferred = { ...options, level: 'prefer' } as const;
      expect(usual.usualPolicy(preferred)).toEqual(seccompPolicy(preferred));
      expect(usual.usualPolicy({ ...options, rules: [...(options.rules ?? [])].toReversed() })).toBeUndefined();
      expect(layerPolicies(definePolicy({ profile: 'project' })).seccomp).not.toBe(usualOne);
    });

    it('knows the members of its group alone, and only what was asked', () => {
      const { members } = JSON.parse(readFileSync(file, 'utf8')) as usual.Usual;
      for (const [name, known] of Object.entries(members))
        for (const [call, is] of Object.entries(known)) expect(usual.usualMember(name, call)).toBe(is);
      expect(usual.usualMember(group, 'mount')).toBeUndefined();
      expect(usual.usualMember('@mount', 'socket')).toBeUndefined();
      expect(usual.usualMember('constructor', 'name')).toBeUndefined();
    });

    it('gives its answers for its own policy alone', () => {
      expect(usual.usualAnswers(usualOne, 'x86_64', question)?.at(-1)).toEqual(answer);
      expect(usual.usualAnswers(usualOne, 'x86_64', ['getcwd'])).toBeUndefined();
      expect(usual.usualAnswers(seccompPolicy(options), 'x86_64', question)).toBeUndefined();
    });

    it('cannot be changed by who gets it', () => {
      expect(Object.isFrozen(usualOne)).toBe(true);
      expect(usualOne.rules.every((rule) => Object.isFrozen(rule) && Object.isFrozen(rule.when))).toBe(true);
    });

    if (execKey === undefined) return;

    it('is compiled for a key that the compiler may treat otherwise', () => {
      for (const key of [0n, 1n, 0xffff_ffffn, 0xffff_ffff_0000_0000n, 0x1_0000_0001n])
        expect(usual.usualPolicy(optionsWith(key))).toBeUndefined();
      expect(usual.usualPolicy(optionsWith(0x2_0000_0001n))).toBeDefined();
    });

    it('has the key of each sandbox, as if it were compiled with it', () => {
      const { proofKey } = root;
      const random = Array.from({ length: 20 }, () => randomBytes(8).readBigUInt64LE());
      for (const key of [...random, 0x1_0000_0002n, 2n ** 64n - 2n, usual.anyKey]) {
        const own = compiledOf(key);
        const prepared = usual.usualPolicy(optionsWith(key));
        if (prepared === undefined) throw new Error('the filter is not the usual one');
        expect(prepared).toEqual(own);
        for (const machine of ['x86_64', 'aarch64'] as const) {
          const support = { ...root.seccomp, machine };
          // `usual.ts` has the one of this machine; the other one is compiled.
          expect([key, plan(prepared, support, { proofKey })]).toEqual([key, plan(own, support, { proofKey })]);
        }
        const ask = (of: SeccompPolicy, last: bigint) =>
          answersOf(of, 'x86_64', ['execveat', -100, undefined, undefined, undefined, 0, last]);
        for (const last of [key, key ^ 1n, key ^ (1n << 40n)]) expect(ask(prepared, last)).toEqual(ask(own, last));
      }
    });
  },
);
