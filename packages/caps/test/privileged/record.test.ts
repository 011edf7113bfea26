import { encodeRecord, encodeU32 } from '@sb/core';
import { fixtureJson, missing } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import type { CapabilityState } from '../../src/index.js';

interface Failure {
  readonly step: string;
  readonly syscall?: string;
  readonly errno: number;
}

interface Applied {
  readonly answers: readonly (Failure | { readonly threads: number } | 'changed')[];
  readonly after: CapabilityState;
}

type Step = readonly [phase: 'beforeIds' | 'afterIds' | 'setuid', bytes: readonly number[]];

const fixture = new URL('../fixtures/apply.ts', import.meta.url);
const EPERM = 1;
const EINVAL = 22;

const BOUNDING = 1;
const SECUREBITS = 2;
const USER_SWITCH = 8;
const SETS = 16;
const everything = BOUNDING | SECUREBITS | SETS;
const setpcap = 1 << 8;
const netBind = 1 << 10;

interface Masks {
  readonly effective?: number;
  readonly permitted?: number;
  readonly inheritable?: number;
  readonly ambient?: number;
  readonly bounding?: number;
}

function record(flags: number, masks: Masks = {}, version = 1): readonly number[] {
  const { effective = 0, permitted = 0, inheritable = 0, ambient = 0, bounding = 0 } = masks;
  const payload = encodeU32([effective, permitted, inheritable, ambient, bounding].flatMap((mask) => [mask, 0]));
  return [...encodeRecord({ layer: 'caps', version, flags, payload })];
}

const apply = (steps: readonly Step[]) => fixtureJson<Applied>(fixture, [JSON.stringify(steps)]);
const nothing = record(everything);
const kept = { effective: netBind, permitted: netBind, inheritable: netBind, ambient: netBind };
const keeping = record(everything | USER_SWITCH, kept);

const malformed: readonly (readonly [name: string, bytes: readonly number[]])[] = [
  ['nothing', []],
  ['a header alone', nothing.slice(0, 8)],
  ['a truncated record', nothing.slice(0, -1)],
  ['a record with a byte too many', [...nothing, 0]],
  ['a record of another layer', [3, ...nothing.slice(1)]],
  ['a record of another version', record(everything, {}, 2)],
  ['an unknown flag', record(everything | 32)],
  ['effective but not permitted', record(everything, { effective: netBind })],
  ['inheritable but not permitted', record(everything, { inheritable: netBind })],
  ['ambient but not inheritable', record(everything, { ...kept, inheritable: 0 })],
  ['sets without their flag', record(BOUNDING, kept)],
  ['a bounding set without its flag', record(SETS, { bounding: netBind })],
];

describe.skipIf(missing('linux', 'root'))('a record', () => {
  it('is applied when it is good', async () => {
    const { answers, after } = await apply([
      ['beforeIds', nothing],
      ['afterIds', nothing],
    ]);
    expect(answers).toEqual([{ threads: expect.any(Number) }, { threads: expect.any(Number) }]);
    expect(after).toMatchObject({ effective: [], permitted: [], bounding: [], ambient: [] });
  });

  it.each(['beforeIds', 'afterIds'] as const)('changes nothing in %s when it is malformed', async (phase) => {
    const { answers, after } = await apply(malformed.map(([, bytes]) => [phase, bytes]));
    const named = malformed.map(([name], index) => [name, answers[index]]);
    expect(named).toEqual(malformed.map(([name]) => [name, { step: 'record', errno: EINVAL }]));
    expect(after).toMatchObject({ noNewPrivs: false, securebits: [] });
    expect(after.bounding.length).toBeGreaterThan(0);
    expect(after.effective.length).toBeGreaterThan(0);
  });

  const orders: readonly (readonly [name: string, steps: readonly Step[], failure: Failure])[] = [
    ['the second phase alone', [['afterIds', nothing]], { step: 'verify', syscall: 'PR_CAPBSET_READ', errno: EPERM }],
    [
      'the first phase after the change of user',
      [
        ['setuid', []],
        ['beforeIds', nothing],
      ],
      { step: 'drop-bounding', syscall: 'prctl', errno: EPERM },
    ],
    [
      'both phases after the change of user, keeping one',
      [
        ['setuid', []],
        ['beforeIds', keeping],
      ],
      { step: 'inheritable', syscall: 'capset', errno: EPERM },
    ],
    [
      'a change of user that the record does not expect',
      [
        ['beforeIds', record(everything, kept)],
        ['setuid', []],
        ['afterIds', record(everything, kept)],
      ],
      { step: 'raise-ambient', syscall: 'prctl', errno: EPERM },
    ],
    [
      'another record for the second phase',
      [
        ['beforeIds', nothing],
        ['afterIds', keeping],
      ],
      { step: 'raise-ambient', syscall: 'prctl', errno: EPERM },
    ],
    [
      'CAP_SETPCAP would make inheritable what is not permitted',
      [
        ['beforeIds', record(SETS, { permitted: setpcap, effective: setpcap })],
        ['afterIds', record(SETS, { permitted: setpcap, effective: setpcap })],
        ['beforeIds', record(SETS, { permitted: setpcap | netBind, inheritable: netBind })],
      ],
      { step: 'inheritable', syscall: 'capset', errno: EPERM },
    ],
    [
      'a record that keeps more than an earlier one left',
      [
        ['beforeIds', nothing],
        ['afterIds', nothing],
        ['beforeIds', record(SETS, { permitted: netBind })],
        ['afterIds', record(SETS, { permitted: netBind })],
      ],
      { step: 'capset', syscall: 'capset', errno: EPERM },
    ],
  ];

  it.each(orders)('fails closed: %s', async (_name, steps, failure) => {
    const { answers, after } = await apply(steps);
    expect(answers.at(-1)).toEqual(failure);
    // Whatever failed, no thread has more than it had, and a later phase never gives anything back.
    for (const answer of answers.slice(0, -1)) expect(answer).not.toHaveProperty('errno');
    if (steps.some(([phase]) => phase === 'setuid')) expect(after.effective).toEqual([]);
  });
});
