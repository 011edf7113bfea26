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
import { answersOf } from './questions.js';
import * as usual from './usual.js';

/** Written by SB_WRITE_USUAL=1; then format them (oxfmt). */
const file = new URL('usual.json', import.meta.url);
const clientFile = new URL('usual-client.json', import.meta.url);

const policy = definePolicy({ profile: 'read' });
const layers = layerPolicies(policy);
const effective = effectiveOf(policy);
const { levels } = partsOf(effective);
const options = optionsNow();
const usualOne = seccompOf(layers);

/** A process that restricts itself and then downloads: apps/pacman-fetch holds this equal to what it asks for. */
const client = definePolicy({
  user: 'nobody',
  landlock: { preset: 'minimal', net: { connectTcp: [80] } },
  seccomp: {
    base: 'network-client-running',
    deny: [],
    allow: [],
    rules: [
      {
        syscall: 'socket',
        when: [{ arg: 0, compare: 'eq32', value: 1 }],
        action: { action: 'errno', errno: 'EAFNOSUPPORT' },
      },
      ...['splice', 'tee', 'vmsplice', 'sendfile'].map(
        (syscall) => ({ syscall, action: { action: 'errno', errno: 'EPERM' } }) as const,
      ),
    ],
  },
  prefer: ['seccomp', 'landlock'],
});
const clientLayers = layerPolicies(client);

function clientOptions(): SeccompOptions {
  const how = { landlock: clientLayers.landlock, execKey: undefined };
  const found = filterOptions(effectiveOf(client), partsOf(effectiveOf(client)).levels, how);
  if (found === undefined) throw new Error('the filter is missing');
  return found;
}

function optionsNow(): SeccompOptions {
  const made = filterOptions(effective, levels, { landlock: layers.landlock, execKey: undefined });
  if (made === undefined) throw new Error('the filter is missing');
  return made;
}

function seccompOf({ seccomp }: LayerPolicies): SeccompPolicy {
  if (seccomp === undefined) throw new Error('the filter is missing');
  return seccomp;
}

/** The descriptors of the status of sb-run's launcher, without and with a cgroup's files or denials. */
const statuses = [4, 5, 6];

/** What is known of the filter on a machine, made now. */
function madeFor(machine: Machine, own: SeccompPolicy, of: 'sb-run' | 'client' = 'sb-run'): usual.UsualFilter {
  const asked = new Map<string, Parameters<typeof answersOf>>();
  const spy = vi.spyOn(usual, 'usualAnswers').mockImplementation((...call) => {
    asked.set(usual.usualKey(call[1], call[2]), call);
    return undefined;
  });
  const [whole, parts]: readonly [SandboxPolicy, LayerPolicies] =
    of === 'client' ? [client, clientLayers] : [policy, layers];
  try {
    planSandbox(whole, { ...parts, seccomp: own }, { ...root, seccomp: { ...root.seccomp, machine } });
    // A process that restricts itself starts no other.
    if (of === 'client') openBypasses({ ...parts, seccomp: own }, machine);
    else for (const status of statuses) refuseUnstartable({ policy: own, machine, execKey: undefined }, status);
    const answers = [...asked].map(([key, call]) => [key, answersOf(...call)] as const);
    return { filter: prepareFilter(own, machine), answers: Object.fromEntries(answers) };
  } finally {
    spy.mockRestore();
  }
}

/** Which calls the groups have, of those that are asked for, made now; and the options that were made with them. */
function membersNow(): { readonly members: usual.Usual['members']; readonly made: SeccompOptions } {
  const asked: Record<string, Record<string, boolean>> = {};
  const spy = vi.spyOn(usual, 'usualMember').mockImplementation((group, name) => {
    (asked[group] ??= {})[name] = expandGroup(group).has(name);
    return undefined;
  });
  try {
    return { made: optionsNow(), members: asked };
  } finally {
    spy.mockRestore();
  }
}

describe('the usual filter', () => {
  it('is the one that would be made now', () => {
    const { made, members } = membersNow();
    expect(options).toEqual(made);
    const own = seccompPolicy({ ...options, level: 'require' });
    // The same, but not the prepared one.
    const known = { x86_64: madeFor('x86_64', own), aarch64: madeFor('aarch64', own) };
    const all = { options: JSON.stringify(made), members, policy: own, ...known } satisfies usual.Usual;
    const text = `${JSON.stringify(all)}\n`;
    if (process.env['SB_WRITE_USUAL'] !== undefined) writeFileSync(file, text);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(text));
    expect(Object.keys(known.x86_64.answers).length).toBeGreaterThan(20);
    // compile() proves each program.
    for (const { machine, bytes } of compile(own).programs)
      if (machine !== 'riscv64')
        expect(known[machine].filter.program.bytes).toBe(Buffer.from(bytes).toString('base64'));
  });

  it('of a process that downloads is the one that would be made now', () => {
    const asked = clientOptions();
    const own = seccompPolicy(asked);
    const known = { x86_64: madeFor('x86_64', own, 'client'), aarch64: madeFor('aarch64', own, 'client') };
    const all = { policy: own, ...known } satisfies usual.UsualPolicy;
    const both = { options: JSON.stringify(asked), policy: JSON.stringify(all) } satisfies usual.UsualClient;
    if (process.env['SB_WRITE_USUAL'] !== undefined) writeFileSync(clientFile, `${JSON.stringify(both)}\n`);
    expect(JSON.parse(readFileSync(clientFile, 'utf8'))).toEqual(both);
    expect(Object.keys(known.x86_64.answers).length).toBeGreaterThan(20);
    for (const { machine, bytes } of compile(own).programs)
      if (machine !== 'riscv64')
        expect(known[machine].filter.program.bytes).toBe(Buffer.from(bytes).toString('base64'));
    const taken = seccompOf(clientLayers);
    expect(taken).toEqual(own);
    expect(taken).toBe(usual.usualPolicy(asked));
    const { proofKey } = root;
    expect(plan(taken, root.seccomp, { proofKey })).toEqual(plan(own, root.seccomp, { proofKey }));
    expect(usual.usualPolicy({ ...asked, allow: ['splice'] })).toBeUndefined();
  });

  it('is taken for these options, with the same record, and for no others', () => {
    const own = seccompPolicy({ ...options, level: 'require' });
    expect(usualOne).toEqual(own);
    expect(usualOne).toBe(usual.usualPolicy({ ...options }));
    const { proofKey } = root;
    expect(plan(usualOne, root.seccomp, { proofKey })).toEqual(plan(own, root.seccomp, { proofKey }));
    // For another machine it is compiled.
    const other = { ...root.seccomp, machine: 'riscv64' } as const;
    expect(plan(usualOne, other, { proofKey })).toEqual(plan(own, other, { proofKey }));
    expect(usual.usualPolicy({ ...options, deny: ['getcwd'] })).toBeUndefined();
    expect(usual.usualPolicy({ ...options, level: 'prefer' })).toBeUndefined();
    expect(layerPolicies(definePolicy({ profile: 'project' })).seccomp).not.toBe(usualOne);
  });

  it('knows the members of the usual group alone, and only what was asked', () => {
    expect(usual.usualMember('@deny-dangerous', 'socket')).toBe(false);
    expect(usual.usualMember('@deny-dangerous', 'mount')).toBeUndefined();
    expect(usual.usualMember('@mount', 'socket')).toBeUndefined();
    expect(usual.usualMember('constructor', 'name')).toBeUndefined();
  });

  it('gives its answers for its own policy alone', () => {
    const question = ['execveat', -100, undefined, undefined, undefined, 0, 0n] as const;
    expect(usual.usualAnswers(usualOne, 'x86_64', question)).toEqual([{ action: 'allow' }]);
    expect(usual.usualAnswers(usualOne, 'x86_64', ['getcwd'])).toBeUndefined();
    expect(usual.usualAnswers(seccompPolicy(options), 'x86_64', question)).toBeUndefined();
  });

  it('cannot be changed by who gets it', () => {
    expect(Object.isFrozen(usualOne)).toBe(true);
    expect(usualOne.rules.every((rule) => Object.isFrozen(rule) && Object.isFrozen(rule.when))).toBe(true);
  });
});
