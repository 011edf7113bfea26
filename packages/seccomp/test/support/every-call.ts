/* Calls of every table of x86-64, with arguments that tell those apart which socketcall and ipc make. */
import { syscallTable } from '../../src/tables/syscalls.js';

/** How the kernel and libseccomp number the tables. libseccomp has its own number for x32, which shares that of x86-64. */
export const [x86_64, i386, x32] = [0xc000_003e, 0x4000_0003, 0x4000_003e] as const;
/** Numbers of x32 begin here. */
export const x32Bit = 0x4000_0000;

/** A call as a filter sees it. */
export interface TableCall {
  readonly nr: number;
  readonly arch: number;
  readonly args: readonly bigint[];
}

const pairs = [0n, 1n, 2n, 3n, 5n, 9n, 18n, 23n, 24n, 40n, 0x1_0000_0001n].flatMap((one) => [
  [one, 0n],
  [one, 7n],
]);

function callsOf(arch: number, base: number): readonly TableCall[] {
  const numbers = [...Array.from({ length: 600 }, (_, index) => index), 0x3fff_ffff];
  // A register of i386 has 32 bits.
  const tried = arch === i386 ? pairs.filter(([one = 0n]) => one < 2n ** 32n) : pairs;
  return numbers.flatMap((number) =>
    tried.map(([first = 0n, second = 0n]) => ({ nr: base + number, arch, args: [first, second, 0n, 0n, 0n, 0n] })),
  );
}

/** All of them. */
export const everyCall = [...callsOf(x86_64, 0), ...callsOf(i386, 0), ...callsOf(x86_64, x32Bit)];

/** A call in words. */
export function nameOf({ nr, arch, args }: TableCall): string {
  const table = arch === i386 ? 'i386' : 'x86_64';
  return `${table} ${syscallTable(table).get(nr) ?? nr}(${args[0]}, ${args[1]})`;
}
