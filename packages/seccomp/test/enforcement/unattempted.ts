/* What is not attempted in the kernel, each with its reason. All else that a preset says is. */

/** Calls that no test can make without a filter and be the same afterwards. */
export const unattempted: ReadonlyMap<string, string> = new Map([
  ['fork', 'would answer twice'],
  ['vfork', 'would answer twice'],
  ['pause', 'would wait for ever'],
  ['msgget', 'would leave a message queue behind'],
  ['vhangup', 'a terminal is not ours to hang up'],
  ['sync', 'writes every disk of the machine'],
]);

/** Calls that a preset lets through, and that would end the probe where they stand. */
export const endings: ReadonlyMap<string, string> = new Map([
  ['exit', 'ends the thread'],
  ['exit_group', 'ends the process'],
  ['rt_sigreturn', 'takes a frame from the stack that no signal has put there'],
]);

/** Calls that the kernel never shows to a filter (Linux 6.14 and later), and that end a process without probes. */
export const unfiltered: ReadonlyMap<string, string> = new Map([
  ['uprobe', 'made by the trampoline of a probe, behind the filter'],
  ['uretprobe', 'made by the trampoline of a probe, behind the filter'],
]);

/** Calls with rules that no machine here can try. */
export const untriedRules: ReadonlyMap<string, string> = new Map([
  ['fcntl64', 'i386 has it alone, and no preset lists i386; its rules are those of fcntl, made by the same function'],
]);
