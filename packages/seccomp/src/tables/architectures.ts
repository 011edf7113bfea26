/** An architecture with known syscall numbers. */
export type Architecture = 'x86_64' | 'i386' | 'aarch64' | 'riscv64';

/** The native architecture of a machine; each machine gets its own program. */
export type Machine = 'x86_64' | 'aarch64' | 'riscv64';

/** How the kernel sees an architecture. */
export interface ArchitectureFacts {
  /** `AUDIT_ARCH_*` of `linux/audit.h`, in `seccomp_data.arch`. */
  readonly audit: number;
  /** The machine whose kernel accepts such calls. */
  readonly machine: Machine;
  /** Bits of a register; the upper half of a 32-bit caller's arguments is zero. */
  readonly bits: 32 | 64;
  /** First number of a second table with the same audit value: x32 (`__X32_SYSCALL_BIT`). */
  readonly x32?: number;
}

/** The architectures, by their names in `uname -m`. All are little-endian. */
export const architectures: Readonly<Record<Architecture, ArchitectureFacts>> = {
  x86_64: { audit: 0xc000_003e, machine: 'x86_64', bits: 64, x32: 0x4000_0000 },
  i386: { audit: 0x4000_0003, machine: 'x86_64', bits: 32 },
  aarch64: { audit: 0xc000_00b7, machine: 'aarch64', bits: 64 },
  riscv64: { audit: 0xc000_00f3, machine: 'riscv64', bits: 64 },
};

/** The architectures' names. */
export const architectureNames: readonly Architecture[] = ['x86_64', 'i386', 'aarch64', 'riscv64'];

/** The machines' names. */
export const machineNames: readonly Machine[] = ['x86_64', 'aarch64', 'riscv64'];

const machines: ReadonlyMap<string, Machine> = new Map([
  ['x64', 'x86_64'],
  ['arm64', 'aarch64'],
  ['riscv64', 'riscv64'],
]);

/** The machine that this Node was built for, or undefined if filters are not supported there. */
export function thisMachine(): Machine | undefined {
  return machines.get(process.arch);
}

/** Returns the architectures of a list that one machine's kernel accepts, the machine's own first. */
export function onMachine(list: readonly Architecture[], machine: Machine): readonly Architecture[] {
  const own = list.filter((architecture) => architectures[architecture].machine === machine);
  return own.sort((a, b) => Number(b === machine) - Number(a === machine));
}
