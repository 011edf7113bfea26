/*
 * What `fromSystemd` reads of a unit, against the programs that libseccomp makes when it is called as systemd 257 calls it: one
 * filter for each table of the machine, which lets calls of other tables through (src/shared/seccomp-util.c).
 */
import { missing, temporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { fromSystemd } from '../../src/analysis/index.js';
import { decodeProgram, run } from '../../src/bpf/bpf.js';
import { compileFor } from '../../src/compiler/compile.js';
import { stricter } from '../../src/analysis/precedence.js';
import { decodeAction, encodeAction } from '../../src/policy/actions.js';
import { expandGroup } from '../../src/index.js';
import { everyCall, i386, nameOf, x32, x32Bit, x86_64 } from '../support/every-call.js';
import { buildReference, compileReference, type ReferenceRule } from '../support/reference.mjs';

const [ALLOW, KILL_THREAD, KILL] = [0x7fff_0000, 0, 0x8000_0000];
const errorOf = (number: number) => 0x0005_0000 + number;
const rulesFor = (names: readonly string[], action: number): readonly ReferenceRule[] =>
  names.map((syscall) => ({ syscall, action, when: [] }));
const needed = [...expandGroup('@default')].flatMap(([name, { source }]) => (source === 'systemd-257' ? [name] : []));
const families = (...numbers: readonly number[]): readonly ReferenceRule[] => [
  { syscall: 'socket', action: errorOf(97), when: numbers.map((one) => [0, 1, BigInt(one), 0n] as const) },
];

interface Loaded {
  /** Tables that the filter is for. */
  readonly tables: readonly number[];
  readonly otherwise: number;
  readonly foreign?: number;
  readonly rules: readonly ReferenceRule[];
}

/** A unit, and what is loaded for it. */
const units: readonly (readonly [unit: string, loaded: readonly Loaded[]])[] = [
  [
    'SystemCallFilter=~mount:EPERM socket:EACCES ptrace shmget:ENOENT setuid32:EPERM',
    [
      {
        tables: [x86_64, i386, x32],
        otherwise: ALLOW,
        rules: [
          ...rulesFor(['mount', 'setuid32'], errorOf(1)),
          ...rulesFor(['socket'], errorOf(13)),
          ...rulesFor(['ptrace'], KILL),
          ...rulesFor(['shmget'], errorOf(2)),
        ],
      },
    ],
  ],
  [
    'SystemCallFilter=socket connect accept send semop ioctl\nSystemCallErrorNumber=EPERM',
    [
      {
        tables: [x86_64, i386, x32],
        otherwise: errorOf(1),
        rules: rulesFor([...needed, 'socket', 'connect', 'accept', 'send', 'semop', 'ioctl'], ALLOW),
      },
    ],
  ],
  [
    'SystemCallFilter=socketcall socket\nRestrictAddressFamilies=AF_UNIX',
    [
      { tables: [x86_64, x32], otherwise: ALLOW, rules: families(1) },
      { tables: [x86_64, i386, x32], otherwise: KILL, rules: rulesFor([...needed, 'socketcall', 'socket'], ALLOW) },
    ],
  ],
  [
    'SystemCallArchitectures=native\nSystemCallFilter=~mount:EPERM',
    [
      { tables: [x86_64], otherwise: ALLOW, foreign: KILL_THREAD, rules: [] },
      { tables: [x86_64], otherwise: ALLOW, rules: rulesFor(['mount'], errorOf(1)) },
    ],
  ],
];

describe.skipIf(missing('linux', 'libseccomp'))('a unit without an architecture', () => {
  const folder = temporaryFolder();
  const reference = folder.file('reference');
  beforeAll(() => buildReference(reference));
  afterAll(() => folder[Symbol.dispose]());

  it.each(units)('is what systemd loads, or looser where a note says so: %j', (unit, loaded) => {
    const { policy, unsaid } = fromSystemd(unit);
    const filters = loaded.flatMap(({ tables, rules, otherwise, foreign = ALLOW }) =>
      tables.map((arch) => ({ arch, otherwise, foreign, rules })),
    );
    const theirs = compileReference(reference, filters).programs.map((one) => decodeProgram(one ?? new Uint8Array()));
    const ours = decodeProgram(compileFor(policy, 'x86_64').bytes);
    const notes = unsaid.map(({ what }) => what).join(' ');
    const wrong: string[] = [];
    for (const call of everyCall) {
      const there = theirs
        .map((program) => decodeAction(run(program, call).returned))
        .reduce((one, other) => stricter(one, other));
      const here = decodeAction(run(ours, call).returned);
      const isNamed = call.nr >= x32Bit ? /x32/.test(notes) : call.arch === i386 && /i386/.test(notes);
      const isRight = encodeAction(here) === encodeAction(there) || (isNamed && here.action === 'allow');
      if (!isRight) wrong.push(nameOf(call));
    }
    expect(wrong).toEqual([]);
  });
});
