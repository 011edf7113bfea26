import { decodeAction, describeAction } from '../policy/actions.js';
import { decodeProgram, type Instruction } from '../bpf/bpf.js';
import type { SeccompFilter, SeccompProgram } from '../compiler/compile.js';

/**
 * Returns a readable listing of a filter: the index of each instruction, what it does, where it continues, and the
 * rules or numbers that it comes from.
 *
 * @param filter - from `compile`
 */
export function explain(filter: SeccompFilter): string {
  return filter.programs.map(listing).join('\n');
}

function listing({ machine, architectures, bytes, length, notes }: SeccompProgram): string {
  const lines = decodeProgram(bytes).map((instruction, index) => {
    const text = textOf(instruction, index).padEnd(34);
    return `${String(index).padStart(5)}  ${text}${shorten(notes[index] ?? '')}`.trimEnd();
  });
  return `${machine} (${architectures.join(', ')}): ${length} instructions\n${lines.join('\n')}\n`;
}

function textOf({ op, jt, jf, k }: Instruction, index: number): string {
  if (op === 'load') return `load  [${k}]`;
  if (op === 'and') return `and   ${hex(k)}`;
  if (op === 'ja') return `ja    ${index + 1 + k}`;
  if (op === 'ret') return `ret   ${describeAction(decodeAction(k))}`;
  return `${op.padEnd(5)} ${hex(k)} ? ${index + 1 + jt} : ${index + 1 + jf}`;
}

const hex = (k: number) => `0x${k.toString(16)}`;

/** A tail that hundreds of rules share does not list all of them. */
function shorten(note: string): string {
  return note.length > 160 ? `${note.slice(0, 160)} …` : note;
}
