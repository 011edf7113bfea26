import { dataMask, decodeProgram, encodeProgram, type Instruction } from '../bpf/bpf.js';
import { actionValues, encodeAction, errno } from '../policy/actions.js';
import type { SeccompProgram } from './compile.js';

/**
 * Errors that stay the kernel's own answer. Programs probe for calls that may not exist, and use others then. The
 * second is that of a supervised policy for another listener.
 */
const kept: ReadonlySet<number> = new Set(['ENOSYS', 'EBUSY'].map((name) => encodeAction(errno(name))));

/**
 * Returns a program that asks a supervisor where the given one answers with an error. The error is the data of the
 * question, which the kernel does not look at: a supervisor that runs the same program on the same call finds it there.
 * Without one the call fails with ENOSYS. So this program lets nothing through that the given one does not, unless its
 * supervisor does.
 *
 * @param program - any whose other questions have the data 0
 */
export function askingForErrors(program: SeccompProgram): SeccompProgram {
  return { ...program, bytes: encodeProgram(decodeProgram(program.bytes).map(asking)) };
}

function asking(instruction: Instruction): Instruction {
  const { op, k } = instruction;
  const isError = op === 'ret' && (k & ~dataMask) >>> 0 === actionValues.errno && (k & dataMask) !== 0;
  return isError && !kept.has(k) ? { ...instruction, k: actionValues['user-notify'] + (k & dataMask) } : instruction;
}
