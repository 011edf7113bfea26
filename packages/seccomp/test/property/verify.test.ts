/* Compiled filters with a mistake in them: what `verify` says of them, against a run of the filter and the oracle. */
import { fewOrMany } from '@sb/test-kit';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { verify, type WitnessCall } from '../../src/analysis/index.js';
import { type CallData, decodeProgram, encodeProgram, type Instruction, run } from '../../src/bpf/bpf.js';
import { compileFor } from '../../src/compiler/compile.js';
import { meaningOf } from '../../src/exact/meaning.js';
import { policy, type SeccompPolicy } from '../../src/index.js';
import { encodeAction } from '../../src/policy/actions.js';
import { architectures } from '../../src/tables/architectures.js';
import { kernelObjections } from '../support/kernel-checker.js';
import { mistaken } from '../support/mistaken.js';
import { callFor, options, random } from './arbitraries.js';
import { oracle } from './oracle.js';

const seed = Date.now() % 2 ** 31;
const count = fewOrMany(40, 400);

/** A change without effect: no instruction goes on to what follows the last one, which returns. */
function harmless(program: readonly Instruction[]): readonly Instruction[] {
  return [...program, ...program.slice(-1)];
}

const dataOf = ({ number, audit, args }: WitnessCall): CallData => ({ nr: number, arch: audit, args });

function wantedOf(valid: SeccompPolicy, { arch, number, args }: WitnessCall): number {
  return encodeAction(
    arch === undefined || architectures[arch].machine !== 'x86_64'
      ? valid.foreign
      : oracle(valid, { arch, nr: number, args }),
  );
}

describe('verify', () => {
  it(`finds all wrong answers, and nothing else (seed ${seed})`, { timeout: 120_000 }, () => {
    const next = random(seed);
    const found = { proved: 0, wrong: 0 };
    fc.assert(
      fc.property(options, (made) => {
        const valid = policy({ ...made, architectures: ['x86_64', 'i386'] });
        const { bytes } = compileFor(valid, 'x86_64');
        expect(verify({ machine: 'x86_64', bytes }, valid)).toMatchObject({ proved: true });
        const change = next(5) === 0 ? harmless : mistaken;
        const program = change(decodeProgram(bytes), next);
        if (kernelObjections(program).length > 0) return;
        const proof = verify({ machine: 'x86_64', bytes: encodeProgram(program) }, valid);
        if (!proof.proved) {
          found.wrong++;
          // A load of the instruction pointer: `run` has none.
          if (proof.call.instructionPointer !== 0n) return;
          const returned = meaningOf(run(program, dataOf(proof.call)).returned);
          expect([encodeAction(proof.found), encodeAction(proof.wanted)]).toEqual([
            returned,
            wantedOf(valid, proof.call),
          ]);
          expect(returned).not.toBe(wantedOf(valid, proof.call));
          return;
        }
        found.proved++;
        for (let index = 0; index < 300; index++) {
          const { arch, nr, args } = callFor(valid, next);
          const { audit, machine } = architectures[arch];
          if (machine !== 'x86_64') continue;
          expect(meaningOf(run(program, { nr, arch: audit, args }).returned)).toBe(
            encodeAction(oracle(valid, { arch, nr, args })),
          );
        }
      }),
      // Smaller examples would take longer than all the rest.
      { numRuns: count, seed, endOnFailure: true },
    );
    expect(found.wrong).toBeGreaterThan(count / 4);
    expect(found.proved).toBeGreaterThan(0);
  });
});
