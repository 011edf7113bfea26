/* Denials in the kernel's own log that no supervisor of calls reports exactly: `test/long/unreported.test.ts` makes each of them. */

/** A kind of denial. */
export interface Unreported {
  /** As docs/denials.md names it. */
  readonly kind: string;
  /** What makes one: a word for fixtures/unreported.c. */
  readonly word: string;
  /** Why it is not reported. */
  readonly why: string;
  /** What the kernel logs. */
  readonly record: RegExp;
  /** Whether programs and attacks make it as well, where nothing else has such a record. */
  readonly isExcused?: true;
}

/** All that are known. */
export const unreported: readonly Unreported[] = [
  {
    kind: 'A signal to all processes',
    word: 'to-all',
    why: 'the call succeeds, although some processes do not get the signal',
    record: / blockers=scope\.signal /,
  },
  {
    kind: 'A signal that the kernel sends for a descriptor',
    word: 'by-descriptor',
    why: 'it comes later, in the middle of what another process does, and no call fails',
    record: / blockers=scope\.signal /,
  },
  {
    kind: 'ioctl(2) on a device',
    word: 'on-device',
    why: 'it depends on whether the descriptor was opened in the sandbox, which only the kernel knows',
    record: / blockers=fs\.ioctl_dev /,
    isExcused: true,
  },
  {
    kind: 'ftruncate(2)',
    word: 'by-length',
    why: 'it depends on what was granted when the descriptor was opened, which only the kernel knows',
    record: / blockers=fs\.truncate /,
  },
  {
    kind: 'Reading an open file of another process',
    word: 'by-reading',
    why: 'the filter does not see which file is read, and each read(2) would wait',
    record: / blockers=ptrace /,
  },
  {
    kind: 'Examining a file by a link of another process',
    word: 'by-looking',
    why: 'the filter does not see the name, and each stat(2) would wait, of which programs make most',
    record: / blockers=ptrace /,
  },
  {
    kind: 'The interpreter of a program',
    word: 'of-interpreter',
    why: 'the kernel takes it from the contents of the file, which may change meanwhile, and from binfmt_misc',
    record: / blockers=fs\.execute path="[^"]*\/interpreter" /,
  },
  {
    kind: 'An unlinked file by its descriptor',
    word: 'of-unlinked',
    why: 'the rules of its directory hold, which its path does not name for certain: another one may have that name now',
    record: / blockers=fs\.write_file path=\S*2864656C6574656429 /,
  },
  {
    kind: 'A descriptor of another process of the sandbox',
    word: 'of-sibling',
    why: 'of some processes it is certain that they are outside, but of none that it is inside and may be traced',
    record: / blockers=fs\.write_file path="[^"]*\/file" /,
  },
];

/** Whether a line of the log is of a kind that programs and attacks are excused. */
export const isExcused = (line: string): boolean =>
  unreported.some((one) => one.isExcused === true && one.record.test(line));
