import type { SandboxOptions } from './options.js';

/** Limits of a whole sandbox, which the kernel enforces by a cgroup. */
export type CgroupLimits = NonNullable<SandboxOptions['cgroup']>;

/** Their names, which are those of the controllers (cgroup-v2.rst). */
export const cgroupNames = ['memory', 'pids', 'cpu'] as const satisfies readonly (keyof CgroupLimits)[];

/** A limit of a cgroup. */
export type CgroupName = (typeof cgroupNames)[number];

/** The largest page of a machine: memory is counted in pages. */
export const leastMemory = 65_536;

/** PID_MAX_LIMIT of the kernel. */
export const mostPids = 4_194_304;

/** Percent of one processor; a thousand processors. */
export const mostCpu = 100_000;
