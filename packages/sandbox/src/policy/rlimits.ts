/** Limits of a process by their kernel names, with their numbers (`prlimit(2)`, asm-generic/resource.h). */
export const rlimitNumbers = {
  cpu: 0,
  fsize: 1,
  data: 2,
  stack: 3,
  core: 4,
  rss: 5,
  nproc: 6,
  nofile: 7,
  memlock: 8,
  as: 9,
  locks: 10,
  sigpending: 11,
  msgqueue: 12,
  nice: 13,
  rtprio: 14,
  rttime: 15,
} as const;

/** Name of a limit. */
export type RlimitName = keyof typeof rlimitNumbers;

/** RLIM_INFINITY, as which `Infinity` is encoded. */
export const unlimited = 0xffff_ffff_ffff_ffffn;
