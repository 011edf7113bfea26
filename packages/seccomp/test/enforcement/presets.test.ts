/*
 * Every call that a preset denies is attempted with a filter whose error no kernel gives (ENOTNAM), with arguments that
 * do no harm where it is let through: control, denied, twin.
 */
import { type Attempt, missing, probe } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { compile, errno, policy, presets, type SeccompOptions, simulate } from '../../src/index.js';
import { syscallTable } from '../../src/tables/syscalls.js';
import { thisMachine } from '../../src/tables/architectures.js';
import { confiner, type Confiner, nobody } from '../support/confine.js';
import { endings, unattempted, unfiltered } from './unattempted.js';

const machine = thisMachine() ?? 'x86_64';
const bases = ['deny-dangerous', 'network-client', 'network-client-running'] as const;
/** The second stage is loaded by a program that runs; here it has to let one exec through. */
const startable = (base: SeccompOptions['base']): SeccompOptions =>
  base === 'network-client-running' ? { base, allow: ['execve'] } : { base };
const marked = (base: SeccompOptions['base']): SeccompOptions => ({ ...startable(base), denied: errno('ENOTNAM') });

/** Arguments that no call does anything with: no such descriptor, address, flag, process. */
const harmless = [-1, -1, -1, -1, -1, -1] as const;

const registerOf = (value: number) => BigInt.asUintN(64, BigInt(value));

const attemptOf = ({ number }: Denied): Attempt => ['syscall', number, ...harmless];

interface Denied {
  readonly name: string;
  readonly number: number;
}

/** Calls that a preset lets through whatever their arguments are. */
function allowedBy(base: SeccompOptions['base']): readonly Denied[] {
  const filter = compile(policy(marked(base)));
  return [...syscallTable(machine)].flatMap(([number, name]) => {
    const isSkipped = [unattempted, endings, unfiltered].some((list) => list.has(name));
    const { action } = simulate(filter, { syscall: number, args: harmless.map(registerOf), arch: machine });
    return action.action === 'allow' && !isSkipped ? [{ name, number }] : [];
  });
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
  /** Answers under a filter that lets everything through: no_new_privs alone changes some. */
  const unhindered = new Map<string, readonly [string]>();

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

  it.each(bases)('lets-through-all-that-%s-allows', { timeout: 60_000 }, async (base) => {
    const allowed = allowedBy(base);
    expect(allowed.length).toBeGreaterThan(100);
    const answers: string[] = [];
    for (const one of allowed) {
      // One process for each, since some change their process.
      const [answer] = await filters.probe(marked(base), [attemptOf(one)]);
      const [open = 'nothing'] =
        unhindered.get(one.name) ?? (await filters.probe({ base: 'allow-all' }, [attemptOf(one)]));
      unhindered.set(one.name, [open]);
      answers.push(answer === open ? 'alike' : `${one.name}: ${answer}, without the preset ${open}`);
    }
    expect(new Set(answers)).toEqual(new Set(['alike']));
  });

  it('leaves no call of this machine undecided', () => {
    for (const base of bases) {
      const seen = new Set([...deniedBy(base), ...allowedBy(base)].map(({ name }) => name));
      const filter = compile(policy(marked(base)));
      const others = [...syscallTable(machine)].filter(([, name]) => !seen.has(name));
      // What is left is listed with its reason, has rules of its own (rules.test.ts), or is a closed detour.
      const rest = others.flatMap(([number, name]) => {
        const isListed = [unattempted, endings, unfiltered].some((list) => list.has(name));
        const hasRules = [...presets[base].rules.map(({ syscall }) => syscall), 'socket', 'socketpair'].includes(name);
        const { rule } = simulate(filter, { syscall: number, args: [], arch: machine });
        return isListed || hasRules || rule.includes("can't be filtered") || name === 'clone3' ? [] : [name];
      });
      expect([base, rest]).toEqual([base, []]);
    }
  });

  it('leaves no control leg to chance', () => {
    console.log(`control: ${[...control].map(([name, outcome]) => `${name} ${outcome}`).join(', ')}`);
    expect(control.size).toBeGreaterThan(200);
    // Most attempts fail by nature with something else than the EPERM of a filter, or even succeed.
    expect([...control.values()].filter((outcome) => outcome !== 'EPERM').length).toBeGreaterThan(150);
  });
});
