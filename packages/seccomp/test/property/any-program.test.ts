/* Programs that no compiler of ours makes, with every operation that the kernel takes, run on all calls at once. */
import { fewOrMany } from '@sb/test-kit';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readProgram } from '../../src/bpf/any-program.js';
import { Diagrams } from '../../src/exact/diagrams.js';
import { meaningOf } from '../../src/exact/meaning.js';
import { programDiagram } from '../../src/exact/program-diagram.js';
import { SymbolicProgram } from '../../src/exact/symbolic-program.js';
import { valueAt, type WitnessCall } from '../../src/exact/witness.js';
import { type CallWords, interpret } from '../support/interpreter.js';
import { random } from './arbitraries.js';

const seed = Date.now() % 2 ** 31;

interface Line {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

const numbers = [0, 1, 2, 5, 0xff, 0x5412, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
const number = fc.oneof(fc.constantFrom(...numbers), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
const line = (code: number, k: fc.Arbitrary<number>) =>
  fc.record({ code: fc.constant(code), jt: fc.nat(3), jf: fc.nat(3), k });
/** Anything but a jump; sums and masks of words of the call, kept small enough to be listed. */
const straight = fc.oneof(
  line(0x20, fc.constantFrom(0, 4, 8, 16, 20, 24, 28)),
  ...[0x04, 0x14, 0x44, 0x54, 0xa4].map((code) => line(code, number)),
  ...[0x0c, 0x1c, 0x4c, 0x5c, 0xac].map((code) => line(code, fc.constant(0))),
  ...[0x64, 0x74].map((code) => line(code, fc.integer({ min: 0, max: 31 }))),
  ...[0x84, 0x07, 0x87, 0x80, 0x81].map((code) => line(code, fc.constant(0))),
  ...[0x00, 0x01].map((code) => line(code, number)),
  ...[0x02, 0x03, 0x60, 0x61].map((code) => line(code, fc.nat(1))),
);
const jump = fc.oneof(
  ...[0x15, 0x25, 0x35, 0x45].map((code) => line(code, number)),
  ...[0x1d, 0x2d, 0x3d, 0x4d].map((code) => line(code, fc.constant(0))),
  fc.record({ code: fc.constant(0x05), jt: fc.constant(0), jf: fc.constant(0), k: fc.nat(2) }),
);
const returned = fc.constantFrom(0x7fff_0000, 0x0005_0001, 0x8000_0000, 0x1234_5678, 0x0003_0007, 0x0005_ffff);
/** Memory that was never written can't be read. */
const stores: readonly Line[] = [
  { code: 0x02, jt: 0, jf: 0, k: 0 },
  { code: 0x03, jt: 0, jf: 0, k: 1 },
];
const program = fc
  .tuple(fc.array(fc.oneof(straight, jump), { maxLength: 14 }), fc.array(returned, { minLength: 4, maxLength: 4 }))
  .map(([lines, ends]): Line[] =>
    stores.concat(
      lines,
      ends.map((k) => ({ code: 0x06, jt: 0, jf: 0, k })),
    ),
  );

function encoded(lines: readonly Line[]): Uint8Array {
  const bytes = new Uint8Array(lines.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [index, { code, jt, jf, k }] of lines.entries()) {
    view.setUint16(index * 8, code, true);
    view.setUint8(index * 8 + 2, jt);
    view.setUint8(index * 8 + 3, jf);
    view.setUint32(index * 8 + 4, k, true);
  }
  return bytes;
}

function witnessOf(words: CallWords): WitnessCall {
  const long = (at: number) => (BigInt(words[at + 1] ?? 0) << 32n) | BigInt(words[at] ?? 0);
  const args = [4, 6, 8, 10, 12, 14].map(long);
  return { machine: 'x86_64', audit: words[1] ?? 0, number: words[0] ?? 0, args, instructionPointer: long(2) };
}

describe('a program of another compiler', () => {
  it(`answers every call as an interpreter says (seed ${seed})`, { timeout: 120_000 }, () => {
    const next = random(seed);
    let tooComplex = 0;
    const answers = new Set<number>();
    const count = fewOrMany(150, 1500);
    fc.assert(
      fc.property(program, (lines) => {
        const bytes = encoded(lines);
        const diagrams = new Diagrams();
        let diagram: number;
        try {
          diagram = programDiagram(diagrams, new SymbolicProgram(diagrams, readProgram(bytes)));
        } catch (error) {
          expect(error).toMatchObject({ code: 'too-complex' });
          tooComplex++;
          return;
        }
        for (let index = 0; index < 40; index++) {
          const words = Uint32Array.from({ length: 16 }, () =>
            next(2) === 0 ? (numbers[next(9)] ?? 0) : next(2 ** 32),
          );
          const answer = meaningOf(interpret(bytes, words));
          answers.add(answer);
          expect(valueAt(diagrams, diagram, witnessOf(words))).toBe(answer);
        }
      }),
      { numRuns: count, seed },
    );
    expect(answers.size).toBe(5);
    expect(tooComplex).toBeLessThan(count / 10);
  });

  it.each<[what: string, lines: readonly Line[], path: string]>([
    ['nothing', [], '(program)'],
    ['no return', [{ code: 0x20, jt: 0, jf: 0, k: 0 }], '[0]'],
    [
      'a jump past the end',
      [
        { code: 0x15, jt: 1, jf: 0, k: 0 },
        { code: 6, jt: 0, jf: 0, k: 0 },
      ],
      '[0]',
    ],
    [
      'a jump far past the end',
      [
        { code: 0x05, jt: 0, jf: 0, k: 0xffff_ffff },
        { code: 6, jt: 0, jf: 0, k: 0 },
      ],
      '[0]',
    ],
    [
      'a word outside of the data',
      [
        { code: 0x20, jt: 0, jf: 0, k: 64 },
        { code: 6, jt: 0, jf: 0, k: 0 },
      ],
      '[0]',
    ],
    [
      'half a word',
      [
        { code: 0x20, jt: 0, jf: 0, k: 2 },
        { code: 6, jt: 0, jf: 0, k: 0 },
      ],
      '[0]',
    ],
    [
      'a division by zero',
      [
        { code: 0x34, jt: 0, jf: 0, k: 0 },
        { code: 6, jt: 0, jf: 0, k: 0 },
      ],
      '[0]',
    ],
    [
      'a shift out of the word',
      [
        { code: 0x64, jt: 0, jf: 0, k: 32 },
        { code: 6, jt: 0, jf: 0, k: 0 },
      ],
      '[0]',
    ],
    [
      'unwritten memory',
      [
        { code: 0x60, jt: 0, jf: 0, k: 3 },
        { code: 6, jt: 0, jf: 0, k: 0 },
      ],
      '[0]',
    ],
    [
      'memory that there is none of',
      [
        { code: 0x02, jt: 0, jf: 0, k: 16 },
        { code: 6, jt: 0, jf: 0, k: 0 },
      ],
      '[0]',
    ],
    [
      'an operation for packets',
      [
        { code: 0x30, jt: 0, jf: 0, k: 0 },
        { code: 6, jt: 0, jf: 0, k: 0 },
      ],
      '[0]',
    ],
  ])('is refused for %s', (_what, lines, path) => {
    expect(() => readProgram(encoded(lines))).toThrow(expect.objectContaining({ code: 'invalid-program', path }));
  });
});
