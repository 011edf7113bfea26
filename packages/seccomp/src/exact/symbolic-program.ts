import { type AnyInstruction, BPF_A, BPF_TXA, BPF_X, classes, jumps, modes } from '../bpf/any-program.js';
import type { Bits, Relation } from './bits.js';
import type { Diagram, Diagrams } from './diagrams.js';
import { meaningOf } from './meaning.js';
import { accumulator, indexRegister, neededAt, needsMemory } from './needed.js';
import { tooComplex } from './too-complex.js';
import { type Value, Values } from './values.js';

/** Number of a place in a program together with the content of its registers there. */
export type Position = number;

/** How a program continues from a position: it answers, or tests whether the call is in a set. */
export type Step =
  | { readonly answer: Diagram }
  | { readonly asks: Diagram; readonly yes: Position; readonly no: Position };

interface Registers {
  readonly at: number;
  readonly a: Value;
  readonly x: Value;
  /** The words of the memory that may still matter. */
  readonly memory: ReadonlyMap<number, Value>;
}

const relations: ReadonlyMap<number, Relation> = new Map([
  [jumps.jeq, 'eq'],
  [jumps.jgt, 'gt'],
  [jumps.jge, 'ge'],
  [jumps.jset, 'set'],
]);

const none: readonly (readonly [number, Value])[] = [];
const byWord = ([one]: readonly [number, Value], [other]: readonly [number, Value]): number => one - other;

/** An answer that depends on more bits of the call than this is too complex. */
const answerBitsMax = 12;

/** The most positions that a program of 4,096 instructions may have. */
const positionsMax = 1 << 17;

/**
 * A program that is run on all calls at once: the content of a register is a function of the call. Positions with the
 * same place and registers are one, on any path. So their number stays near that of the instructions.
 */
export class SymbolicProgram {
  /** The start of the program. */
  readonly start: Position;
  readonly #program: readonly AnyInstruction[];
  readonly #diagrams: Diagrams;
  readonly #values: Values;
  readonly #needed: readonly number[];
  readonly #positions: Registers[] = [];
  readonly #numbers = new Map<string, Position>();
  readonly #steps: Step[] = [];

  /** @param program - from `readProgram` */
  constructor(diagrams: Diagrams, program: readonly AnyInstruction[]) {
    this.#diagrams = diagrams;
    this.#program = program;
    this.#values = new Values(diagrams);
    this.#needed = neededAt(program);
    const { zero } = this.#values;
    this.start = this.#positionOf({ at: 0, a: zero, x: zero, memory: new Map() });
  }

  /** The number of positions that were reached. */
  get size(): number {
    return this.#positions.length;
  }

  /** Returns how the program continues from a position. @throws SeccompError `too-complex` */
  stepFrom(position: Position): Step {
    let step = this.#steps[position];
    const registers = this.#positions[position];
    if (registers === undefined) throw new Error(`no position ${position}`);
    if (step === undefined) this.#steps[position] = step = this.#stepOf(registers);
    return step;
  }

  #stepOf(from: Registers): Step {
    for (let registers = from; ;) {
      const instruction = this.#program[registers.at];
      if (instruction === undefined) throw new Error(`the program ran past its end, to ${registers.at}`);
      const { code, jt, jf, k } = instruction;
      const group = code & 7;
      if (group === classes.ret) {
        return { answer: (code & BPF_A) === 0 ? this.#diagrams.leaf(meaningOf(k)) : this.#answer(registers.a) };
      }
      const asks = group === classes.jmp ? this.#asked(instruction, registers) : undefined;
      if (asks === undefined) registers = this.#executed(instruction, registers);
      else if (jt === jf || this.#diagrams.isLeaf(asks)) {
        const isTrue = asks === this.#diagrams.everything;
        registers = { ...registers, at: registers.at + 1 + (isTrue ? jt : jf) };
      } else {
        const to = (skipped: number) => this.#positionOf({ ...registers, at: registers.at + 1 + skipped });
        return { asks, yes: to(jt), no: to(jf) };
      }
    }
  }

  /** Returns the set that a conditional jump tests; undefined for one without a test. */
  #asked({ code, k }: AnyInstruction, { a, x }: Registers): Diagram | undefined {
    const relation = relations.get(code & 0xf0);
    if (relation === undefined) return undefined;
    return (code & BPF_X) === 0 ? this.#values.compareWith(relation, a, k) : this.#values.compare(relation, a, x);
  }

  #executed({ code, k }: AnyInstruction, registers: Registers): Registers {
    const { at, a, x } = registers;
    const next = { ...registers, at: at + 1 };
    switch (code & 7) {
      case classes.ld:
        return { ...next, a: this.#loaded(code, k, registers) };
      case classes.ldx:
        return { ...next, x: this.#loaded(code, k, registers) };
      case classes.st:
      case classes.stx: {
        const stored = (code & 7) === classes.st ? a : x;
        return { ...next, memory: new Map(registers.memory).set(k, stored) };
      }
      case classes.alu:
        return { ...next, a: this.#values.calculate(code, a, (code & BPF_X) === 0 ? this.#values.constant(k) : x) };
      case classes.jmp:
        return { ...registers, at: at + 1 + k };
      default:
        return (code & BPF_TXA) === 0 ? { ...next, x: a } : { ...next, a: x };
    }
  }

  #loaded(code: number, k: number, { memory }: Registers): Value {
    const mode = code & 0xe0;
    if (mode === modes.abs) return this.#values.load(k);
    if (mode === modes.len) return this.#values.length();
    return mode === modes.mem ? (memory.get(k) ?? this.#values.zero) : this.#values.constant(k);
  }

  /** Returns the answer as a function of the call. */
  #answer(value: Value): Diagram {
    const bits = this.#values.bitsOf(value);
    const open = bits.filter((set) => !this.#diagrams.isLeaf(set)).length;
    if (open > answerBitsMax) throw tooComplex('read');
    return this.#answerOf(bits, 31, 0);
  }

  #answerOf(bits: Bits, bit: number, above: number): Diagram {
    if (bit < 0) return this.#diagrams.leaf(meaningOf(above));
    const set = bits[bit] ?? this.#diagrams.nothing;
    const where = (is: 0 | 1) => this.#answerOf(bits, bit - 1, above + is * 2 ** bit);
    if (set === this.#diagrams.nothing) return where(0);
    return set === this.#diagrams.everything ? where(1) : this.#diagrams.choose(set, where(1), where(0));
  }

  #positionOf({ at, a, x, memory }: Registers): Position {
    const needed = this.#needed[at] ?? 0;
    const { zero } = this.#values;
    const [heldA, heldX] = [(needed & accumulator) === 0 ? zero : a, (needed & indexRegister) === 0 ? zero : x];
    const words = memory.size === 0 ? none : [...memory].filter(([word]) => needsMemory(needed, word)).sort(byWord);
    const key = `${at} ${heldA} ${heldX} ${words.join(' ')}`;
    let position = this.#numbers.get(key);
    if (position === undefined) {
      if (this.#positions.length > positionsMax) throw tooComplex('read');
      position = this.#positions.push({ at, a: heldA, x: heldX, memory: new Map(words) }) - 1;
      this.#numbers.set(key, position);
    }
    return position;
  }
}
