/* `compare` and the algebra against trying every call: on policies about few numbers, and on any policies by samples. */
import { fewOrMany } from '@sb/test-kit';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  compare,
  difference,
  type FilterRelation,
  intersect,
  union,
  type WitnessCall,
} from '../../src/analysis/index.js';
import { compile, policy, type SeccompPolicy } from '../../src/index.js';
import { actionNames, describeAction, encodeAction } from '../../src/policy/actions.js';
import { callFor, options, random } from './arbitraries.js';
import { oracle } from './oracle.js';
import { reduced, type ReducedCall, reducedCalls } from './reduced.js';
import { answer, going, operations, order } from './trials.js';

const seed = Date.now() % 2 ** 31;
const pairs = fewOrMany(16, 300);

const functions = { intersect, union, difference };

const textOf = (call: { readonly audit: number; readonly args: readonly bigint[] }, nr: number) =>
  `${call.audit} ${nr} ${call.args.slice(0, 2).join(' ')}`;
const witness = (call: WitnessCall | undefined) => call && textOf(call, call.number);
const tried = (call: ReducedCall | undefined) => call && textOf(call, call.nr);

describe('compare', () => {
  it('knows every action', () => {
    expect([...order].sort()).toEqual([...actionNames].sort());
  });

  it(`agrees with trying every call, including the smallest calls (seed ${seed})`, { timeout: 1_200_000 }, () => {
    const seen = new Map<FilterRelation, number>();
    fc.assert(
      fc.property(reduced, reduced, fc.boolean(), (one, other, isCompiled) => {
        const [a, b] = [policy(one), policy(other)];
        const answers = reducedCalls.map((call) => ({ call, a: answer(a, call), b: answer(b, call) }));
        const callWhere = (test: (a: boolean, b: boolean) => boolean) =>
          tried(answers.find((each) => test(going(each.a), going(each.b)))?.call);
        const differs = answers.find((each) => encodeAction(each.a) !== encodeAction(each.b));
        const [onlyA, onlyB] = [callWhere((x, y) => x && !y), callWhere((x, y) => y && !x)];
        const expected = {
          differs: tried(differs?.call),
          onlyA,
          onlyB,
          relation:
            differs === undefined
              ? 'equal'
              : onlyA === undefined
                ? onlyB === undefined
                  ? 'alike'
                  : 'subset'
                : onlyB === undefined
                  ? 'superset'
                  : callWhere((x, y) => x && y) === undefined
                    ? 'disjoint'
                    : 'overlap',
        };
        const found = compare(isCompiled ? compile(a) : a, b);
        seen.set(found.relation, (seen.get(found.relation) ?? 0) + 1);
        expect({
          differs: witness(found.differs?.call),
          onlyA: witness(found.onlyA),
          onlyB: witness(found.onlyB),
          relation: found.relation,
        }).toEqual(expected);
        if (differs !== undefined)
          expect([found.differs?.a, found.differs?.b].map((x) => x && encodeAction(x))).toEqual([
            encodeAction(differs.a),
            encodeAction(differs.b),
          ]);
      }),
      { numRuns: pairs, seed },
    );
    expect(seen.size).toBeGreaterThan(2);
  });
});

describe.each(['intersect', 'union', 'difference'] as const)('%s', (name) => {
  const [operation, work] = [operations[name], functions[name]];

  it(`is exact where every call can be tried (seed ${seed})`, { timeout: 1_200_000 }, () => {
    fc.assert(
      fc.property(reduced, reduced, (one, other) => {
        const [a, b] = [policy(one), policy(other)];
        const made = work(a, b);
        for (const call of reducedCalls) {
          const [found, wanted] = [answer(made, call), operation(answer(a, call), answer(b, call), a.denied)];
          if (encodeAction(found) === encodeAction(wanted)) continue;
          expect(`${tried(call)}: ${describeAction(found)}`).toBe(describeAction(wanted));
        }
      }),
      { numRuns: pairs, seed },
    );
  });

  it(
    `is exact for any policies of one architecture, in samples of calls (seed ${seed})`,
    { timeout: 1_200_000 },
    () => {
      const next = random(seed);
      fc.assert(
        fc.property(
          options,
          options,
          fc.constantFrom('x86_64' as const, 'i386' as const, 'aarch64' as const),
          (one, other, arch) => {
            const [a, b] = [one, other].map((each) => policy({ ...each, architectures: [arch] })) as [
              SeccompPolicy,
              SeccompPolicy,
            ];
            const made = work(a, b);
            for (let index = 0; index < 60; index++) {
              const call = callFor(index % 2 === 0 ? a : b, next);
              if (call.arch !== arch) continue;
              const [found, wanted] = [oracle(made, call), operation(oracle(a, call), oracle(b, call), a.denied)];
              expect(encodeAction(found)).toBe(encodeAction(wanted));
            }
          },
        ),
        { numRuns: pairs / 2, seed },
      );
    },
  );
});
