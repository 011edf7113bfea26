import { object, Place, type Reader, shown } from '@sb/core/document';

import { type Architecture, architectureNames, architectures } from '../tables/architectures.js';
import { type SeccompError, seccompError } from '../errors.js';
import { syscallNumber } from '../tables/syscalls.js';

/** A call to try a filter on. */
export interface SimulatedCall {
  /** Name, or number as the kernel would see it: 0 to 2³²−1. */
  readonly syscall: string | number;
  /**
   * Up to six arguments; missing ones are 0. Unsigned, as registers are: 0 to 2⁶⁴−1, on i386 to 2³²−1. The value of −1
   * depends on its width in the caller, so write it out: `0xffff_ffff`, or `2n ** 64n - 1n`.
   */
  readonly args?: readonly (number | bigint)[];
  /** The architecture of the call. Default: the first of the filter's programs. */
  readonly arch?: Architecture;
}

/** A call as the kernel sees it. */
interface CheckedCall {
  readonly arch: Architecture;
  /** Unsigned, 32 bits. */
  readonly number: number;
  /** Unsigned, of the architecture's width. */
  readonly args: readonly bigint[];
}

/** The value of each key is checked below, when the architecture is known. */
const any: Reader = { expected: 'a value', schema: {}, accepts: () => true, read: (value) => value };

const keysReader = object({ syscall: any, args: any, arch: any });

const place = new Place('', ({ path, what, hint }) => {
  const at = path === '' ? 'call' : path;
  throw seccompError('invalid-call', 'simulate', { what: `${at} ${what}`, hint, path: at });
});

const argumentsMax = 6;
const numberMax = 0xffff_ffff;

/**
 * Checks a call.
 *
 * @param call - as written by the caller
 * @param otherwise - its architecture, if it names none
 * @throws SeccompError `invalid-call`, `unknown-syscall`, with the invalid place as `path`
 */
export function checkedCall(call: SimulatedCall, otherwise: Architecture): CheckedCall {
  keysReader.read(call, place);
  const arch = architectureAt(call.arch, otherwise);
  return { arch, number: numberAt(call.syscall, arch), args: argumentsAt(call.args, architectures[arch].bits) };
}

function architectureAt(value: unknown, otherwise: Architecture): Architecture {
  if (value === undefined) return otherwise;
  const found = architectureNames.find((name) => name === value);
  if (found === undefined) throw invalidCall('arch', value, `Use one of: ${architectureNames.join(', ')}.`);
  return found;
}

function numberAt(value: unknown, arch: Architecture): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= numberMax) return value;
  if (typeof value !== 'string') {
    throw invalidCall('syscall', value, `Give a name, or a number from 0 to ${numberMax}; write -1 as 0xffffffff.`);
  }
  const number = syscallNumber(value, arch);
  if (number !== undefined) return number;
  throw seccompError('unknown-syscall', 'simulate', {
    what: `syscall: ${arch} has no call ${shown(value)}`,
    hint: 'Give a name of that architecture, or a number.',
    path: 'syscall',
  });
}

function argumentsAt(value: unknown, bits: 32 | 64): readonly bigint[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw invalidCall('args', value, 'Give a list of up to six numbers.');
  if (value.length > argumentsMax)
    throw invalidCall('args', value, `Give at most ${argumentsMax}, not ${value.length}.`);
  return Array.from(value, (entry: unknown, index) => argumentAt(entry, `args[${index}]`, bits));
}

function argumentAt(value: unknown, path: string, bits: 32 | 64): bigint {
  const isWhole = typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value));
  if (isWhole && BigInt.asUintN(bits, BigInt(value)) === BigInt(value)) return BigInt(value);
  const hint = `Give a whole number from 0 to 2 ** ${bits} - 1, above 2 ** 53 a bigint; write -1 as 0xffffffff or as 2n ** 64n - 1n.`;
  throw invalidCall(path, value, hint);
}

function invalidCall(path: string, value: unknown, hint: string): SeccompError {
  return seccompError('invalid-call', 'simulate', {
    what: `${path} is not a value that a kernel could see: ${shown(value)}`,
    hint,
    path,
  });
}
