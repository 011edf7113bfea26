import type { Instruction } from '../../src/bpf/bpf.js';

/**
 * What the kernel checks before it takes a filter (`bpf_check_classic` and `seccomp_check_filter`): a list of what it
 * would refuse.
 */
export function kernelObjections(program: readonly Instruction[]): readonly string[] {
  const objections = program.length < 1 || program.length > 4096 ? [`${program.length} instructions`] : [];
  for (const [at, { op, jt, jf, k }] of program.entries()) {
    const room = program.length - at - 2;
    const skips = op === 'ja' ? [k] : op.startsWith('j') ? [jt, jf] : [];
    if (skips.some((skip) => skip > room)) objections.push(`${at} jumps out of the program`);
    if (skips.length === 0 && jt + jf !== 0) objections.push(`${at} has skips and is no jump`);
    if (op === 'load' && (k % 4 !== 0 || k > 60)) objections.push(`${at} loads from ${k}`);
  }
  if (program.at(-1)?.op !== 'ret') objections.push('it does not end with a return');
  return objections;
}
