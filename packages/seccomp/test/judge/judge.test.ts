/* The question of `verify` put to z3 as well, which shares no line with this package: the same answer each time. */
import { fewOrMany, missing } from '@sb/test-kit';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { verify } from '../../src/analysis/index.js';
import { decodeProgram, encodeProgram } from '../../src/bpf/bpf.js';
import { compileFor } from '../../src/compiler/compile.js';
import { compile, policy, type SeccompPolicy } from '../../src/index.js';
import { baseNames } from '../../src/policy/presets.js';
import { machineNames } from '../../src/tables/architectures.js';
import { options, random } from '../property/arbitraries.js';
import { kernelObjections } from '../support/kernel-checker.js';
import { mistaken } from '../support/mistaken.js';
import { judgements, type Question } from './judge.js';

/** Six random programs may all be right by chance, so the few are the same each time. */
const seed = fewOrMany(2, Date.now() % 2 ** 31);
const count = fewOrMany(6, 200);

const all = ['x86_64', 'i386', 'aarch64', 'riscv64'] as const;
const questionsOf = (valid: SeccompPolicy): readonly Question[] =>
  compile(valid).programs.map((program) => ({ program, policy: valid }));

describe.skipIf(missing('linux', 'z3'))('z3 as a second judge', () => {
  it.each(baseNames)('proves the preset %s on every architecture', (base) => {
    const questions = questionsOf(policy({ base, architectures: all }));
    expect(questions.map(({ program }) => program.machine)).toEqual(machineNames);
    expect(judgements(questions)).toEqual(machineNames.map(() => ({ equal: true })));
  });

  it(`proves ${count} random policies on every architecture (seed ${seed})`, { timeout: 3_600_000 }, () => {
    const made = fc.sample(options, { numRuns: count, seed }).map((one) => policy({ ...one, architectures: all }));
    const questions = made.flatMap(questionsOf);
    expect(questions).toHaveLength(count * machineNames.length);
    const answers = judgements(questions);
    expect(answers.flatMap(({ equal }, index) => (equal ? [] : [questions[index]]))).toEqual([]);
  });

  it(
    `agrees on ${count} programs with a mistake, smallest call included (seed ${seed})`,
    { timeout: 3_600_000 },
    () => {
      const next = random(seed);
      const seen = { proved: 0, wrong: 0 };
      const questions = fc.sample(options, { numRuns: count, seed: seed + 1 }).flatMap((one): readonly Question[] => {
        const machine = machineNames[next(machineNames.length)] ?? 'x86_64';
        const valid = policy({ ...one, architectures: all });
        const bytes = encodeProgram(mistaken(decodeProgram(compileFor(valid, machine).bytes), next));
        return kernelObjections(decodeProgram(bytes)).length > 0
          ? []
          : [{ program: { machine, bytes }, policy: valid }];
      });
      const proofs = questions.map(({ program, policy: valid }) => verify(program, valid));
      expect(judgements(questions).map(({ equal }) => equal)).toEqual(proofs.map(({ proved }) => proved));
      const below = proofs.flatMap((proof, index): readonly Question[] => {
        seen[proof.proved ? 'proved' : 'wrong']++;
        const question = questions[index];
        return proof.proved || question === undefined ? [] : [{ ...question, below: proof.call }];
      });
      expect(judgements(below)).toEqual(below.map(() => ({ equal: true })));
      expect(seen.wrong).toBeGreaterThan(count / 4);
    },
  );

  it('notices a single bit of a preset', () => {
    const valid = policy({ base: 'deny-dangerous' });
    const { machine, bytes } = compileFor(valid, 'x86_64');
    const program = decodeProgram(bytes);
    const at = program.findIndex(({ op, k }) => op === 'jeq' && k === 0x5412);
    const [one] = program.slice(at);
    const changed = one === undefined ? program : program.with(at, { ...one, k: 0x5413 });
    const [judgement] = judgements([{ program: { machine, bytes: encodeProgram(changed) }, policy: valid }]);
    expect(judgement).toMatchObject({ equal: false, audit: '0xc000003e', number: '0x10' });
    expect(Number(BigInt(judgement?.args[1] ?? 0) & 0xffff_ffffn)).toBeOneOf([0x5412, 0x5413]);
  });
});
