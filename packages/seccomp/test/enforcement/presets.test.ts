/*
 * Every call that a preset denies is attempted with a filter whose error no kernel gives (ENOTNAM), with arguments that
 * do no harm where it is let through: control, denied, twin.
 */
import { type Attempt, missing, probe } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { compile, errno, policy, type SeccompOptions, simulate } from '../../src/index.js';
import { syscallTable } from '../../src/syscalls.js';
import { thisMachine } from '../../src/architectures.js';
import { confiner, type Confiner, nobody } from '../support/confine.js';

const machine = thisMachine() ?? 'x86_64';
const bases = ['deny-dangerous', 'network-client', 'network-client-running'] as const;
/** The second stage is loaded by a program that runs; here it has to let one exec through. */
const startable = (base: SeccompOptions['base']): SeccompOptions =>
  base === 'network-client-running' ? { base, allow: ['execve'] } : { base };
const marked = (base: SeccompOptions['base']): SeccompOptions => ({ ...startable(base), denied: errno('ENOTNAM') });

/** Calls that can't be attempted without a filter: the probe would not be the same any more. */
const unattempted: ReadonlyMap<string, string> = new Map([
  ['fork', 'would answer twice'],
  ['vfork', 'would answer twice'],
  ['pause', 'would wait for ever'],
  ['msgget', 'would leave a message queue behind'],
  ['vhangup', 'a terminal is not ours to hang up'],
  ['sync', 'writes every disk of the machine'],
]);

/** Calls that the kernel never shows to a filter (Linux 6.14 and later), and that end a process without probes. */
const unfiltered: ReadonlySet<string> = new Set(['uprobe', 'uretprobe']);

/** Arguments that no call does anything with: no such descriptor, address, flag, process. */
const harmless = [-1, -1, -1, -1, -1, -1] as const;

const registerOf = (value: number) => BigInt.asUintN(64, BigInt(value));

const attemptOf = ({ number }: Denied): Attempt => ['syscall', number, ...harmless];

interface Denied {
  readonly name: string;
  readonly number: number;
}

function deniedBy(base: SeccompOptions['base']): readonly Denied[] {
  const filter = compile(policy(marked(base)));
  return [...syscallTable(machine)].flatMap(([number, name]) => {
    const { action } = simulate(filter, { syscall: number, args: harmless.map(registerOf), arch: machine });
    const isDenied = action.action === 'errno' && action.errno === 'ENOTNAM';
    return isDenied && !unfiltered.has(name) ? [{ name, number }] : [];
  });
}

describe.skipIf(missing('linux', 'root'))('every call that a preset denies', () => {
  let filters: Confiner;
  const control = new Map<string, string>();

  beforeAll(async () => {
    filters = await confiner();
    const all = new Map(bases.flatMap((base) => deniedBy(base).map(({ name, number }) => [name, number] as const)));
    for (const [name, number] of all) {
      if (unattempted.has(name)) continue;
      // One process for each, since some change their process.
      const [result] = await probe([['syscall', number, ...harmless]], nobody);
      control.set(name, result?.outcome ?? 'nothing');
    }
  });
  afterAll(() => filters[Symbol.dispose]());

  it.each(bases)('denies-all-that-%s-lists', async (base) => {
    const denied = deniedBy(base);
    expect(denied.length).toBeGreaterThan(60);
    const clone3 = await filters.probe(marked(base), [['syscall', 435, ...harmless]]);
    expect(clone3).toEqual(['ENOSYS']);
    const twin = ['getppid', 'getrandom', 'uname'];
    const numbers = new Map([...syscallTable(machine)].map(([number, name]) => [name, number]));
    const outcomes = await filters.probe(marked(base), [
      ...denied.map(attemptOf),
      ...twin.map((name) => ['syscall', numbers.get(name) ?? -1, 0, 0, 0] as const),
    ]);
    expect(denied.map(({ name }, index) => `${name} ${outcomes[index]}`)).toEqual(
      denied.map(({ name }) => `${name} ENOTNAM`),
    );
    expect(outcomes.slice(denied.length)).toEqual(['OK', 'OK', 'EFAULT']);
    const attempted = denied.filter(({ name }) => !unattempted.has(name));
    expect(attempted.filter(({ name }) => [undefined, 'nothing', 'ENOTNAM'].includes(control.get(name)))).toEqual([]);
  });

  it.each(bases)('gives-eperm-for-what-%s-lists', async (base) => {
    const denied = deniedBy(base);
    const outcomes = await filters.probe(startable(base), denied.map(attemptOf));
    expect(new Set(outcomes)).toEqual(new Set(['EPERM']));
  });

  it('leaves no control leg to chance', () => {
    console.log(`control: ${[...control].map(([name, outcome]) => `${name} ${outcome}`).join(', ')}`);
    expect(control.size).toBeGreaterThan(200);
    // Most attempts fail by nature with something else than the EPERM of a filter, or even succeed.
    expect([...control.values()].filter((outcome) => outcome !== 'EPERM').length).toBeGreaterThan(150);
  });
});
