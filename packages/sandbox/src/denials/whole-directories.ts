/** Directories of which nobody should grant everything because of a few names. */
export const neverWhole: ReadonlySet<string> = new Set([
  '/',
  '/etc',
  '/root',
  '/var',
  '/run',
  '/dev',
  '/sys',
  '/proc',
  '/home',
]);
