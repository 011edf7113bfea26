import { parseTaskStatus, type TaskStatus } from '@sb/core';

/** The kernel's answer to an attempt that the ruleset may forbid; 0 if it succeeded. */
interface Proof {
  /** The right by its name in reports, for instance `net.connect_tcp`. */
  readonly feature: string;
  readonly errno: number;
}

/** What the launcher noticed on its way. */
interface Notes {
  /** Numbers of the optional rules whose path does not exist. */
  readonly skipped: readonly number[];
  readonly proofs: readonly Proof[];
  /** Why it has no separate session keyring, as an errno; undefined if it has one, or was not to have one. */
  readonly unjoined: number | undefined;
  /** Why no guardian ends its descendants, as an errno; undefined if one does, or was not to. */
  readonly unguarded?: number | undefined;
}

/** The output of the launcher before it ended or executed the target. */
export type LauncherStatus =
  /** It applied every layer and executed the target; `task` is the kernel's status of it just before the filter. */
  | ({
      readonly kind: 'executed';
      readonly task: TaskStatus | undefined;
      /** How many filters it had just before its own; undefined if it could not read that. */
      readonly filters: number | undefined;
    } & Notes)
  /** A step failed; the target never ran. */
  | {
      readonly kind: 'failed';
      readonly layer: string;
      readonly step: string;
      readonly syscall: string | undefined;
      readonly errno: number;
      /** Number of the rule at fault, paths before ports. */
      readonly rule: number | undefined;
    }
  /** The launcher itself could not be started. */
  | { readonly kind: 'unstarted'; readonly errno: string }
  /** It reported nothing for so long. It was sent SIGKILL if this process may; a file system may keep that from it. */
  | { readonly kind: 'late'; readonly seconds: number; readonly isKilled: boolean }
  /** It ended without a report: something killed it. */
  | { readonly kind: 'lost' };

const failurePattern = /(?:^|\n)failed\t([^\t\n]+)\t([^\t\n]+)\t([^\t\n]*)\t(\d+)\n$/;
const readyPattern = /(?:^|\n)ready\n/;

/**
 * Parses everything that arrived on the status descriptor.
 *
 * @param text - all of it
 */
export function parseStatus(text: string): LauncherStatus {
  const failure = failurePattern.exec(text);
  if (failure !== null) {
    const [, layer = '', step = '', syscall = '', errno = ''] = failure;
    const [rule] = numbersOf(text, 'rule');
    return { kind: 'failed', layer, step, syscall: syscall === '' ? undefined : syscall, errno: Number(errno), rule };
  }
  const ready = readyPattern.exec(text);
  if (ready === null) return { kind: 'lost' };
  const before = text.slice(0, ready.index + 1);
  const rest = text.slice(ready.index + ready[0].length);
  // Most starts have the same text here.
  if (last?.text !== before) last = { text: before, notes: notesOf(before) };
  const { skipped, proofs, unjoined, unguarded } = last.notes;
  return {
    kind: 'executed',
    // Used only if the parent came too late to ask the kernel itself.
    get task() {
      return rest === '' ? undefined : parseTaskStatus(rest);
    },
    filters: filtersIn(rest),
    skipped,
    proofs,
    unjoined,
    unguarded,
  };
}

/**
 * It does not parse the whole status, since each start would then parse two. 0 before Linux 5.9, which does not count;
 * undefined if the text ends earlier.
 */
function filtersIn(task: string): number | undefined {
  const count = /^Seccomp_filters:\s*(\d+)\n/m.exec(task)?.[1];
  if (count !== undefined) return Number(count);
  return /^Seccomp:\s*\d+\n/m.test(task) ? 0 : undefined;
}

let last: { readonly text: string; readonly notes: Notes } | undefined;

function notesOf(text: string): Notes {
  const proofs = [...text.matchAll(/^proof\t(\S+)\t(\d+)$/gm)];
  return {
    skipped: numbersOf(text, 'skipped'),
    unjoined: numbersOf(text, 'unjoined')[0],
    unguarded: numbersOf(text, 'unguarded')[0],
    proofs: proofs.map(([, feature = '', errno = '']) => ({ feature, errno: Number(errno) })),
  };
}

function numbersOf(text: string, word: string): readonly number[] {
  return [...text.matchAll(new RegExp(`^${word}\t(\\d+)$`, 'gm'))].map(([, number]) => Number(number));
}
