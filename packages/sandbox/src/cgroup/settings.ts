import type { CgroupLimits } from '../policy/cgroup.js';

/** A file of a cgroup, and what it must contain. */
export interface Setting {
  readonly file: string;
  readonly value: string;
  /** Whether the kernel may have no such file. */
  readonly isOptional?: boolean;
}

/** Microseconds; the kernel's own default. */
const period = 100_000;
const percent = period / 100;

/** Bytes of the largest page: the kernel rounds memory down to whole pages. */
const largestPage = 65_536;

/**
 * Returns the files of a cgroup that set limits (cgroup-v2.rst). Memory is all in RAM, and beyond it the kernel ends
 * every process of the cgroup: so it is certain what ended the program. Pure.
 */
export function settingsOf({ memory, pids, cpu }: CgroupLimits): readonly Setting[] {
  return [
    ...(memory === undefined
      ? []
      : [
          { file: 'memory.max', value: String(memory) },
          // Absent if the kernel does not count swap.
          { file: 'memory.swap.max', value: '0', isOptional: true },
          { file: 'memory.oom.group', value: '1' },
        ]),
    ...(pids === undefined ? [] : [{ file: 'pids.max', value: String(pids) }]),
    ...(cpu === undefined ? [] : [{ file: 'cpu.max', value: `${cpu * percent} ${period}` }]),
  ];
}

/** Whether a file has the value that was set. Pure. */
export function isSet({ file, value, isOptional = false }: Setting, text: string | undefined): boolean {
  if (text === undefined) return isOptional;
  const present = text.trim();
  if (present === value) return true;
  const lost = Number(value) - Number(present);
  return file === 'memory.max' && lost >= 0 && lost < largestPage;
}
