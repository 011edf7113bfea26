import { compileFixture, fewOrMany, missing, runProgram } from '@sb/test-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { CapabilityName, CapsOptions } from '../../src/index.js';
import { maskOf } from '../../src/names.js';

interface Thread {
  readonly tid: string;
  /** The five sets in hexadecimal, and NoNewPrivs, by the kernel's names. */
  readonly sets: Readonly<Record<string, string>>;
  readonly securebits: readonly string[];
}

interface Step {
  readonly outcome: string;
  readonly before: readonly Thread[];
  readonly after: readonly Thread[];
}

/** What `test/fixtures/sequence.ts` takes. */
interface Call {
  readonly policy?: CapsOptions;
  readonly user?: number;
  readonly effectiveUser?: number;
}

const seed = Math.floor(Math.random() * 2 ** 31);
const nobody = 65_534;

const pool: readonly CapabilityName[] = ['cap_chown', 'cap_kill', 'cap_setpcap', 'cap_net_raw', 'cap_bpf'];
const identity: readonly CapabilityName[] = ['cap_setgid', 'cap_setuid', 'cap_setpcap'];
const some = (of: readonly CapabilityName[]) => fc.subarray([...of]);

/** Every feature that these options ask for, as softly as can be: so that contradictions are met and not only refused. */
function soft(options: CapsOptions): CapsOptions {
  const { keep = [], inheritable = [], bounding, securebits, noNewPrivs } = options;
  const asked = {
    capabilities: keep !== 'all',
    keep: keep !== 'all' && keep.length > 0,
    ambient: inheritable.length > 0,
    bounding: bounding !== 'leave',
    securebits: securebits === 'lock',
    noNewPrivs: noNewPrivs === true,
  };
  const names = Object.entries(asked).flatMap(([name, on]) => (on ? [[name, 'prefer'] as const] : []));
  return { ...options, levels: Object.fromEntries(names) };
}

/** Policies that a process may apply one after the other; often ones that contradict what an earlier one left. */
const listing = (keep: readonly CapabilityName[]) =>
  some(keep).chain((inheritable) =>
    fc.record({
      keep: fc.constant(keep),
      inheritable: fc.constant(inheritable),
      ambient: some(inheritable),
      bounding: fc.oneof(fc.constant('leave' as const), fc.constant('drop' as const), some([...pool, 'cap_setuid'])),
      securebits: fc.constantFrom('leave', 'leave', 'lock'),
      noNewPrivs: fc.boolean(),
    }),
  );
const leaving = fc.constantFrom<CapsOptions>(
  { keep: 'all', bounding: 'leave', securebits: 'leave', noNewPrivs: true },
  { keep: 'all', bounding: pool, securebits: 'leave', noNewPrivs: false },
);
const hardOrSoft = (options: fc.Arbitrary<CapsOptions>) =>
  fc.tuple(options, fc.boolean()).map(([asked, isSoft]) => (isSoft ? soft(asked) : asked));

const restrict = (keep: fc.Arbitrary<readonly CapabilityName[]>): fc.Arbitrary<Call> =>
  fc.record({ policy: hardOrSoft(fc.oneof(keep.chain(listing), keep.chain(listing), leaving)) });
const become: fc.Arbitrary<readonly Call[]> = fc.tuple(
  fc.record({ policy: hardOrSoft(some(pool).chain(listing)), user: fc.constant(nobody) }),
);
const lower: fc.Arbitrary<Call> = fc.constantFrom({ effectiveUser: nobody }, { effectiveUser: 0 });

const several = (call: fc.Arbitrary<Call>) =>
  fc.array(fc.oneof({ weight: 5, arbitrary: call }, { weight: 1, arbitrary: lower }), { maxLength: 3 });
/** The change of user in the middle, or none; what it needs is mostly there until then. */
const calls = fc
  .tuple(
    several(restrict(some(pool).map((keep) => keep.concat(identity)))),
    fc.oneof({ weight: 4, arbitrary: become }, { weight: 1, arbitrary: fc.constant([]) }),
    several(restrict(some(pool))),
  )
  .map((parts) => parts.flat())
  .filter((list) => list.length > 0);

/** How the process is started: with what it has, and has not, before our first call. */
const starts = fc.constantFrom<readonly string[]>(
  [],
  [],
  ['--inh-caps=+chown,+kill,+setpcap'],
  ['--inh-caps=+setpcap,+bpf', '--ambient-caps=+setpcap'],
  ['--bounding-set=-net_raw,-bpf', '--inh-caps=-all'],
  [
    '--securebits=+noroot',
    '--inh-caps=+chown,+setpcap,+setuid,+setgid',
    '--ambient-caps=+chown,+setpcap,+setuid,+setgid',
  ],
  ['--reuid=1000', '--regid=1000', '--clear-groups', '--inh-caps=+chown,+setpcap', '--ambient-caps=+chown,+setpcap'],
);

/**
 * What one thread has more of than before a call. Effective, permitted and bounding may only shrink. The other two hold
 * what is given to programs started later: that grows by what the call names, and only by what the thread itself has.
 */
function grown(before: Thread, after: Thread, { policy = {} }: Call): readonly string[] {
  const mask = ({ sets }: Thread, name: string) => BigInt(`0x${sets[name]}`);
  const permitted = mask(before, 'CapPrm');
  const given: Readonly<Record<string, bigint>> = {
    CapInh: permitted & maskOf(policy.inheritable ?? []),
    CapAmb: permitted & maskOf(policy.ambient ?? []),
  };
  const larger = ['CapEff', 'CapPrm', 'CapBnd', 'CapInh', 'CapAmb'].filter(
    (name) => (mask(after, name) & ~(mask(before, name) | (given[name] ?? 0n))) !== 0n,
  );
  const undone = before.securebits.filter((name) => name !== 'no_setuid_fixup' && !after.securebits.includes(name));
  return [
    ...larger,
    ...undone,
    ...(after.securebits.includes('keep_caps') ? ['keep_caps'] : []),
    ...(mask(after, 'NoNewPrivs') < mask(before, 'NoNewPrivs') ? ['NoNewPrivs'] : []),
  ];
}

const sequences = fewOrMany(10, 40);

describe.skipIf(missing('root', 'linux', 'libcap'))(`a sequence of our calls (seed ${seed})`, () => {
  const fixture = compileFixture(new URL('../fixtures/sequence.ts', import.meta.url));

  async function run(start: readonly string[], sequence: readonly Call[]): Promise<readonly Step[]> {
    const args = [...start, process.execPath, fixture, JSON.stringify(sequence)];
    const { status, stdout, stderr } = await runProgram('setpriv', args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return JSON.parse(stdout) as Step[];
  }

  it('never enlarges a set of any thread, in any order and for any user that it switches to', async () => {
    const seen = new Map<string, number>();
    const property = fc.asyncProperty(starts, calls, async (start, sequence) => {
      const steps = await run(start, sequence);
      expect(steps.length === sequence.length || steps.at(-1)?.outcome.startsWith('failed')).toBe(true);
      for (const [index, { outcome, before, after }] of steps.entries()) {
        const call = sequence[index] ?? {};
        if (call.effectiveUser !== undefined) continue;
        expect(before.length).toBeGreaterThan(11);
        expect(after.map(({ tid }) => tid)).toEqual(before.map(({ tid }) => tid));
        const larger = before.flatMap((thread, at) =>
          grown(thread, after[at] ?? thread, call).map((name) => `${name} of thread ${thread.tid}`),
        );
        expect(larger).toEqual([]);
        if (outcome.startsWith('refused')) expect(after).toEqual(before);
        const kind = `${call.user === undefined ? 'restrict' : 'become'} ${outcome}`;
        seen.set(kind, (seen.get(kind) ?? 0) + 1);
      }
    });
    await fc.assert(property, { seed, numRuns: sequences, endOnFailure: true });
    // Not vacuous: many were applied, with and without a change of user, and some contradicted what was there.
    expect(seen.get('restrict full')).toBeGreaterThan(sequences / 4);
    expect(seen.get('restrict refused not-permitted')).toBeGreaterThan(0);
    expect(seen.get('become full')).toBeGreaterThan(0);
  }, 120_000);
});
