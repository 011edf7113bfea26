/** `SystemCallArchitectures=`, and the tables of calls that systemd has filters for where it is not set. */
import type { Architecture, Machine } from '../tables/architectures.js';
import { unitRefusal, type UnitSetting, unitWords } from './systemd-unit.js';

/** The tables of a machine for which a unit loads filters by name (`seccomp_local_archs` of systemd 257). */
export interface UnitTables {
  /** Those that a policy can name. */
  readonly architectures: readonly Architecture[];
  /** Whether there is a filter for x32 beside them, whose names no policy has. */
  readonly hasX32: boolean;
  /** Whether there is one for 32-bit ARM, likewise. */
  readonly hasArm: boolean;
  /** Whether calls of all other tables end the thread. */
  readonly isLimited: boolean;
}

const native: Readonly<Record<Machine, string>> = { x86_64: 'x86-64', aarch64: 'arm64', riscv64: 'riscv64' };

/** The words for tables that a machine has, each native one first. */
const own: Readonly<Record<Machine, readonly string[]>> = {
  x86_64: ['x86-64', 'x86', 'x32'],
  aarch64: ['arm64', 'arm'],
  riscv64: ['riscv64'],
};
const known: ReadonlySet<string> = new Set(['native', ...Object.values(own).flat()]);

const names: ReadonlyMap<string, Architecture> = new Map([
  ['x86-64', 'x86_64'],
  ['x86', 'i386'],
  ['arm64', 'aarch64'],
  ['riscv64', 'riscv64'],
]);

/**
 * Returns the tables that a unit has filters for.
 *
 * @param settings - `SystemCallArchitectures=` in turn; none where it is not set
 * @throws SeccompError `invalid-profile` for a word that is not known
 */
export function unitTables(settings: readonly UnitSetting[], machine: Machine): UnitTables {
  const words = unitWords(settings);
  for (const { word, line } of words) {
    const hint = `Use native, or one of: ${own[machine].join(', ')}.`;
    if (!known.has(word)) throw unitRefusal(line, `names an architecture that no policy has: ${word}`, hint);
  }
  const isLimited = words.length > 0;
  const listed = new Set([native[machine], ...(isLimited ? words.map(({ word }) => word) : own[machine])]);
  const here = own[machine].filter((word) => listed.has(word));
  return {
    architectures: here.flatMap((word) => names.get(word) ?? []),
    hasX32: here.includes('x32'),
    hasArm: here.includes('arm'),
    isLimited,
  };
}
