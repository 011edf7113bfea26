import { lets } from '../policy/actions.js';
import { reachedActions, ringCalls } from '../policy/detours.js';
import { error, type LintCode, type LintFinding, warning } from './finding.js';
import type { Verdict } from '../policy/verdicts.js';

/** A newer call that does the work of an older one, under a number that rules for the older one do not see. */
interface Sibling {
  readonly code: LintCode;
  readonly newer: readonly string[];
  readonly older: readonly string[];
  readonly hint: string;
}

const siblings: readonly Sibling[] = [
  {
    code: 'openat2-bypass',
    newer: ['openat2'],
    older: ['openat'],
    hint: 'Deny openat2 with ENOSYS, and programs use openat: its flags lie behind a pointer (struct open_how).',
  },
  {
    code: 'fchmodat2-bypass',
    newer: ['fchmodat2'],
    older: ['fchmodat'],
    hint: 'Put the same rules on fchmodat2: it has the same arguments, and flags (Linux 6.6).',
  },
  {
    code: 'futex-bypass',
    newer: ['futex_waitv', 'futex_wait', 'futex_wake', 'futex_requeue'],
    older: ['futex'],
    hint: 'Deny futex_waitv (Linux 5.16), futex_wait, futex_wake and futex_requeue (6.7) with ENOSYS, and programs use futex.',
  },
];

/** Finds the ways around a policy's restriction of an older call. */
export function lintSiblings(call: (name: string) => Verdict | undefined): readonly LintFinding[] {
  const found = siblings.flatMap(({ code, newer, older, hint }) => {
    const open = newer.find((name) => isLet(call(name)));
    const restricted = older.find((name) => isRestricted(call(name)));
    if (open === undefined || restricted === undefined || !isWider(call(open), call(restricted))) return [];
    return [error(code, 'deny', { message: `${restricted} is restricted and ${open} is allowed`, hint })];
  });
  const hasCommands = isRestricted(call('ioctl')) && ringCalls.some((name) => isLet(call(name)));
  return hasCommands ? [...found, commands] : found;
}

/** Of devices, sockets and file systems: `BLOCK_URING_CMD_DISCARD`, `SOCKET_URING_OP_*`, `BTRFS_IOC_ENCODED_*`. */
const commands = warning('io-uring-commands', 'allow', {
  message: 'ioctl is restricted, but io_uring is allowed, whose commands do some of its requests',
  hint: 'Deny @io-uring: IORING_OP_URING_CMD bypasses filters.',
});

function isLet(verdict: Verdict | undefined): boolean {
  return verdict !== undefined && reachedActions(verdict).some(lets);
}

function isRestricted(verdict: Verdict | undefined): boolean {
  return verdict !== undefined && !reachedActions(verdict).every(lets);
}

/** Whether the newer call has no rules at all, or is let through after its rules while the older one is not. */
function isWider(newer: Verdict | undefined, older: Verdict | undefined): boolean {
  if (newer === undefined || older === undefined) return false;
  return reachedActions(newer).every(lets) || (lets(newer.otherwise) && !lets(older.otherwise));
}
