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

import { sandboxError } from '../errors.js';
import { launchError } from '../launch/launch-error.js';
import { launcherPath } from '../native.js';
import { pathOf } from '../policy/path-text.js';
import type { Expected, SandboxPlan } from '../plan/plan.js';
import type { LauncherStatus } from '../launch/status.js';
import { hasOwnNamespace, isTargetsWork } from '../launch/target-changes.js';
import { differences, type Verified, verifiedOf } from '../launch/verify.js';

/** What is in force in a child, and how that is known. */
export interface SandboxReport extends EnforcementReport {
  /** Read back from the kernel. */
  readonly verified: Verified;
  /**
   * Attempts that the launcher made under the ruleset and that were denied, for instance `net.connect_tcp: EACCES`:
   * the kernel has no file that tells of Landlock.
   */
  readonly proofs: readonly string[];
  /** Optional paths that do not exist; nothing beneath them is allowed, also if they are made later. */
  readonly missingPaths: readonly string[];
  /** Absolute path of the program that was found and executed. */
  readonly program: string;
}

/**
 * Turns the launcher's word into a report, once the kernel was asked.
 *
 * @param status - what the launcher said
 * @param child - the process, which may have ended
 * @param plan - what was planned
 * @throws SandboxError for a step that failed, a launcher that was lost, and for what was read back otherwise than
 *   planned
 */
export function enforcementOf(status: LauncherStatus, child: ChildProcess, plan: SandboxPlan): SandboxReport {
  const { expected } = plan;
  if (status.kind === 'failed') throw launchError(status, expected.rules, child.spawnfile);
  if (status.kind === 'unstarted') throw unstarted(status.errno);
  if (status.kind === 'late') throw late(status.seconds);
  if (status.kind === 'lost') throw child.killed ? aborted() : lost();
  const { task, by } = readAsPlanned(child, status, expected);
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

/** What was read back, and agrees with the plan; where the target has changed it already, before it did. */
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

/** The kernel's word about the target while it is there: as long as nobody has waited for it, its number is its own. */
function readBack(child: ChildProcess, said: Executed) {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    try {
      return { task: readTaskStatus(child.pid), by: 'parent' as const };
    } catch (error) {
      // A /proc that shows no process of others (hidepid) leaves the launcher's own word.
      if (!['ENOENT', 'ESRCH', 'EACCES'].includes(errorCode(error) ?? '')) throw error;
    }
  }
  return { task: said.task, by: 'launcher' as const };
}

type Proofs = Executed['proofs'];

/** Whether an attempt ended with the error that Landlock gives. Others have other causes, and prove nothing. */
function isDenied({ feature, errno }: Proofs[number]): boolean {
  return errno !== 0 && errnoName(errno) === (feature.startsWith('scope.') ? 'EPERM' : 'EACCES');
}

/** What limits the rights that are in force. */
interface Limits {
  /** Rules for paths that are not there. */
  readonly missed: Expected['rules']['paths'];
  readonly proven: boolean;
  /** Why there is no session keyring of its own. */
  readonly unjoined: number | undefined;
  /** Why no guardian ends what it starts. */
  readonly unguarded: number | undefined;
}

/** Reports of plans for which nothing was missing: the same for every start. */
const usual = new WeakMap<SandboxPlan, EnforcementReport>();

function reportFor(plan: SandboxPlan, limits: Limits): EnforcementReport {
  const isUsual = limits.missed.length === 0 && limits.proven && (limits.unjoined ?? limits.unguarded) === undefined;
  const before = isUsual ? usual.get(plan) : undefined;
  if (before !== undefined) return before;
  const report = reportOf(plan.features.map((line) => withLimits(line, limits)));
  if (isUsual) usual.set(plan, report);
  return report;
}

/** Adds to a line what limits it though it is in force. */
function withLimits(line: FeatureReport, { missed, proven, unjoined, unguarded }: Limits): FeatureReport {
  if (line.feature === 'session_keyring' && unjoined !== undefined) return withoutKeyring(line, unjoined);
  if (line.feature === 'descendants' && unguarded !== undefined) return withoutGuardian(line, unguarded);
  if (line.layer !== 'landlock' || line.state !== 'enforced') return line;
  const paths = missed.flatMap(({ path, rights }) => {
    return rights.some((right) => line.feature === `fs.${right}`) ? [pathOf(path)] : [];
  });
  const reasons = [
    ...(line.reason === undefined ? [] : [line.reason]),
    ...(paths.length > 0 ? [`not granted, since missing: ${paths.join(', ')}`] : []),
    ...(proven ? [] : ['not verified: nothing that the policy forbids could be tried without harm']),
  ];
  return reasons.length === 0 ? line : { ...line, reason: reasons.join('; ') };
}

/** Where nothing can be joined the calls that use keys are missing, or denied by a filter that the child has too. */
function withoutKeyring(line: FeatureReport, error: number): FeatureReport {
  return { ...line, state: 'off', reason: `keyctl answers ${errnoName(error)}: there are no keys, or they are denied` };
}

/** EPERM: its parent is another user's, or a filter above denies to watch it; EAGAIN: the user may have no more processes. */
function withoutGuardian(line: FeatureReport, error: number): FeatureReport {
  return { ...line, state: 'unsupported', reason: `the launcher could start no guardian: ${errnoName(error)}` };
}

/** Installing again helps only where the file should be there. */
const unstartedHints: Readonly<Record<string, string>> = {
  ENOENT:
    'The file is missing: install the package again, without leaving out files, or build it as it was built here.',
  EACCES: 'It must be executable, in a place where programs may be executed: not mounted noexec.',
};
const limitsHint =
  'RLIMIT_NOFILE or RLIMIT_NPROC may be reached: close some descriptors or wait for some processes, or raise it.';

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

function late(seconds: number): Error {
  return sandboxError('syscall-failed', 'launch', {
    what: `the launcher could not start the target within ${seconds} seconds: a file system does not answer`,
    hint:
      'The server of one on the way to a rule, to the working directory or to the program hangs, for instance one that a user ' +
      'has mounted (findmnt -t fuse). Unmount it, or grant nothing below it. The target was not run.',
    errno: lateErrno,
  });
}

/** Whether the launcher of this failed start may still wait for a file system, so that it tells no end. */
export function isLate(error: unknown): boolean {
  return isSandboxError(error) && error.step === 'launch' && error.errno === lateErrno;
}

function aborted(): Error {
  return sandboxError('aborted', 'launch', {
    what: 'the child was ended before it became the target',
    hint: 'A signal of ours, a timeout or an AbortSignal did that. The target was not run.',
  });
}

function lost(): Error {
  return sandboxError('launcher-lost', 'launch', {
    what: 'the launcher ended without a word, so something killed it',
    hint:
      'It may be another process of its user, a system-call filter above, a limit (cpu, as) or the out-of-memory killer. ' +
      'See the kernel log.',
  });
}

function unread(): Error {
  return sandboxError('verification-failed', 'verify', {
    what: 'what the kernel says of the child could not be read',
    hint: 'Mount /proc: without it nothing can be verified. The child was ended.',
  });
}

function contradiction(wrong: readonly string[]): Error {
  return sandboxError('verification-failed', 'verify', {
    what: `the kernel says otherwise than planned: ${wrong.join(', ')}`,
    hint: 'The child was ended. A kernel module or a filter above may be answering in the place of the kernel.',
  });
}
