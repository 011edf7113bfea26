import type { ChildProcess } from 'node:child_process';

import {
  type EnforcementReport,
  errnoName,
  errorCode,
  type FeatureReport,
  isSandboxError,
  readTaskStatus,
  reportOf,
} from '@sb/core';

import type { Cgroup } from '../cgroup/cgroup.js';
import { sandboxError } from '../errors.js';
import { launchError } from '../launch/launch-error.js';
import { launcherPath } from '../native.js';
import { pathOf } from '../policy/path-text.js';
import type { Expected, SandboxPlan } from '../plan/plan.js';
import type { LauncherStatus } from '../launch/status.js';
import { hasOwnNamespace, isTargetsWork } from '../launch/target-changes.js';
import { differences, type Verified, verifiedOf } from '../launch/verify.js';

/** What is in force in a child, and how that was verified. */
export interface SandboxReport extends EnforcementReport {
  /** Read back from the kernel. */
  readonly verified: Verified;
  /**
   * Attempts of the launcher under the ruleset that were denied, for instance `net.connect_tcp: EACCES`. The kernel has
   * no file that shows Landlock rules.
   */
  readonly proofs: readonly string[];
  /** Optional paths that do not exist. Nothing beneath them is allowed, even if they are created later. */
  readonly missingPaths: readonly string[];
  /** Absolute path of the program that was found and executed. */
  readonly program: string;
}

/**
 * Turns the launcher's status into a report, after reading the kernel's state.
 *
 * @param status - from the launcher
 * @param started - the process, which may have ended, and its cgroup
 * @param plan - what was planned
 * @throws SandboxError for a failed step, for a lost launcher, and if the kernel's state differs from the plan
 */
export function enforcementOf(status: LauncherStatus, started: Started, plan: SandboxPlan): SandboxReport {
  const [{ expected }, { child, cgroup, folder }] = [plan, started];
  if (status.kind === 'failed') throw launchError(status, expected.rules, { program: child.spawnfile, folder });
  if (status.kind === 'unstarted') throw unstarted(status.errno);
  if (status.kind === 'late') throw late(status);
  if (status.kind === 'lost') throw child.killed ? aborted() : lost();
  const { task, by } = readAsPlanned(child, status, expected);
  const misplaced = cgroup === undefined ? [] : differencesOf(child, cgroup);
  if (misplaced.length > 0) throw contradiction(misplaced);
  const missed = status.skipped.flatMap((rule) => expected.rules.paths[rule] ?? []);
  const proofs = status.proofs.filter(isDenied);
  return {
    ...reportFor(plan, { missed, proven: proofs.length > 0, unjoined: status.unjoined, unguarded: status.unguarded }),
    verified: verifiedOf(task, by, expected.filter),
    proofs: proofs.map(({ feature, errno }) => `${feature}: ${errnoName(errno)}`),
    missingPaths: missed.map(({ path }) => pathOf(path)),
    program: child.spawnfile,
  };
}

/** A started process. */
export interface Started {
  readonly child: ChildProcess;
  /** Undefined if it shares that of its parent. */
  readonly cgroup?: Pick<Cgroup, 'differences'> | undefined;
  readonly folder?: string | undefined;
}

/** Where the target is while it exists. The launcher has ended itself if it could not enter the cgroup. */
function differencesOf({ pid, exitCode, signalCode }: ChildProcess, cgroup: Pick<Cgroup, 'differences'>) {
  if (pid === undefined || exitCode !== null || signalCode !== null) return [];
  try {
    return cgroup.differences(pid);
  } catch (error) {
    // It has ended, or /proc hides other processes (hidepid).
    if (!['ENOENT', 'ENODEV', 'ESRCH', 'EACCES'].includes(errorCode(error) ?? '')) throw error;
    return [];
  }
}

/**
 * What was read back, and agrees with the plan. If the target has changed it since, the launcher's own reading from
 * before counts.
 */
function readAsPlanned(child: ChildProcess, said: Executed, expected: Expected) {
  const { task, by } = readBack(child, said);
  if (task === undefined) throw unread();
  const wrong = differences(task, expected, { by, filters: said.filters });
  if (wrong.length === 0) return { task, by };
  const { pid } = child;
  const launcher = by === 'parent' && pid !== undefined ? said.task : undefined;
  if (launcher === undefined || pid === undefined) throw contradiction(wrong);
  const isOwn = isTargetsWork({ wrong, launcher, expected, isElsewhere: hasOwnNamespace(pid) });
  if (!isOwn) throw contradiction(wrong);
  return { task: launcher, by: 'launcher' as const };
}

type Executed = Extract<LauncherStatus, { kind: 'executed' }>;

/** The kernel's state of the target while it exists: until it is waited for, its number is valid. */
function readBack(child: ChildProcess, said: Executed) {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    try {
      return { task: readTaskStatus(child.pid), by: 'parent' as const };
    } catch (error) {
      // If /proc hides other processes (hidepid), the launcher's own reading counts.
      if (!['ENOENT', 'ESRCH', 'EACCES'].includes(errorCode(error) ?? '')) throw error;
    }
  }
  return { task: said.task, by: 'launcher' as const };
}

type Proofs = Executed['proofs'];

/** Whether an attempt failed with the error of Landlock. Other errors have other causes, and prove nothing. */
function isDenied({ feature, errno }: Proofs[number]): boolean {
  return errno !== 0 && errnoName(errno) === (feature.startsWith('scope.') ? 'EPERM' : 'EACCES');
}

/** Limits of what is in force. */
interface Limits {
  /** Rules for paths that do not exist. */
  readonly missed: Expected['rules']['paths'];
  readonly proven: boolean;
  /** Why it has no separate session keyring. */
  readonly unjoined: number | undefined;
  /** Why no guardian ends its descendants. */
  readonly unguarded: number | undefined;
}

/** Reports of plans without missing features: the same for every start. */
const usual = new WeakMap<SandboxPlan, EnforcementReport>();

function reportFor(plan: SandboxPlan, limits: Limits): EnforcementReport {
  const isUsual = limits.missed.length === 0 && limits.proven && (limits.unjoined ?? limits.unguarded) === undefined;
  const before = isUsual ? usual.get(plan) : undefined;
  if (before !== undefined) return before;
  const report = reportOf(plan.features.map((line) => withLimits(line, limits)));
  if (isUsual) usual.set(plan, report);
  return report;
}

/** Adds limits to a line of the report that is in force. */
function withLimits(line: FeatureReport, { missed, proven, unjoined, unguarded }: Limits): FeatureReport {
  if (line.feature === 'session_keyring' && unjoined !== undefined) return withoutKeyring(line, unjoined);
  if (line.feature === 'descendants' && unguarded !== undefined) return withoutGuardian(line, unguarded);
  if (line.layer !== 'landlock' || line.state !== 'enforced') return line;
  const paths = missed.flatMap(({ path, rights }) => {
    return rights.some((right) => line.feature === `fs.${right}`) ? [pathOf(path)] : [];
  });
  const reasons = [
    ...(line.reason === undefined ? [] : [line.reason]),
    ...(paths.length > 0 ? [`not granted because they do not exist: ${paths.join(', ')}`] : []),
    ...(proven ? [] : ['not verified: the policy forbids nothing that can be tried safely']),
  ];
  return reasons.length === 0 ? line : { ...line, reason: reasons.join('; ') };
}

/**
 * If no keyring can be joined, the calls for keys are missing, or a filter denies them, which applies to the child too.
 */
function withoutKeyring(line: FeatureReport, error: number): FeatureReport {
  return {
    ...line,
    state: 'off',
    reason: `the kernel does not support keys, or a filter denies keyctl: ${errnoName(error)}`,
  };
}

/**
 * EPERM: its parent belongs to another user, or an earlier filter denies watching it; EAGAIN: the user has the most
 * processes already.
 */
function withoutGuardian(line: FeatureReport, error: number): FeatureReport {
  return { ...line, state: 'unsupported', reason: `the launcher could not start the guardian: ${errnoName(error)}` };
}

/** Installing again helps only if the file is missing. */
const unstartedHints: Readonly<Record<string, string>> = {
  ENOENT: 'The file is missing: install the package again with all its files, or build it from source.',
  EACCES: 'It must be executable, on a file system that is not mounted noexec.',
};
const limitsHint =
  'RLIMIT_NOFILE or RLIMIT_NPROC may be reached: close some descriptors, wait until some processes end, or raise the limit.';

function unstarted(errno: string): Error {
  const isMissing = errno === 'ENOENT' || errno === 'EACCES';
  return sandboxError(isMissing ? 'launcher-missing' : 'syscall-failed', 'launch', {
    what: `the launcher could not be started: ${errno}`,
    hint: `${unstartedHints[errno] ?? limitsHint} The target was not run.`,
    errno,
    ...(isMissing ? { path: launcherPath() } : {}),
  });
}

/** The error of a launcher that may be there for ever. */
const lateErrno = 'ETIMEDOUT';

function late({ seconds, isKilled }: Extract<LauncherStatus, { kind: 'late' }>): Error {
  return sandboxError('syscall-failed', 'launch', {
    what: `the launcher could not start the target within ${seconds} seconds: a file system does not answer`,
    hint:
      'The server of one on the way to a rule, to the working directory or to the program hangs, for instance one that a user ' +
      'has mounted (findmnt -t fuse). Unmount it, or grant nothing below it. ' +
      (isKilled
        ? 'The target was not run.'
        : 'This process lacks CAP_KILL and could not end the launcher: the target runs once that server answers.'),
    errno: lateErrno,
  });
}

/** Whether the launcher of this failed start may still wait for a file system, so that it tells no end. */
export function isLate(error: unknown): boolean {
  return isSandboxError(error) && error.step === 'launch' && error.errno === lateErrno;
}

function aborted(): Error {
  return sandboxError('aborted', 'launch', {
    what: 'the child was ended before it could execute the target',
    hint: 'A timeout, an AbortSignal or a signal of this process ended it. The target was not run.',
  });
}

function lost(): Error {
  return sandboxError('launcher-lost', 'launch', {
    what: 'the launcher ended without a report, so something killed it',
    hint:
      'Possible causes: another process of its user, an earlier system-call filter, a limit (cpu, as) or the out-of-memory killer. ' +
      'See the kernel log.',
  });
}

function unread(): Error {
  return sandboxError('verification-failed', 'verify', {
    what: "cannot read the kernel's status of the child",
    hint: 'Mount /proc: without it the sandbox cannot be verified. The child was ended.',
  });
}

function contradiction(wrong: readonly string[]): Error {
  return sandboxError('verification-failed', 'verify', {
    what: `the state in the kernel differs from the plan: ${wrong.join(', ')}`,
    hint: 'The child was ended. A kernel module or an earlier filter may answer in place of the kernel.',
  });
}
