import { nativeError as capsError } from '@sb/caps';
import { errnoName, SandboxError } from '@sb/core';
import { nativeError as landlockError, type PlannedRules } from '@sb/landlock';
import { nativeError as privdropError } from '@sb/privdrop';
import { nativeError as seccompError } from '@sb/seccomp';

import { mayLeave } from '../cgroup/may-leave.js';
import { type SandboxPackageErrorCode, sandboxError } from '../errors.js';
import { pathOf } from '../policy/path-text.js';
import type { LauncherStatus } from './status.js';

type Failed = Extract<LauncherStatus, { kind: 'failed' }>;

/** The meaning of a failed step of the launcher itself, by `STEP ERRNO` or `STEP`, and the remedy. */
const causes: Readonly<Record<string, { readonly code?: SandboxPackageErrorCode; readonly hint: string }>> = {
  'exec ENOENT': {
    code: 'not-found',
    hint: 'The program, its interpreter (the first line of a script) or its loader does not exist.',
  },
  'exec EACCES': {
    code: 'not-executable',
    hint: 'The user may not execute the program or search a directory above it, its file system is mounted noexec, or no Landlock rule grants execute there. Grant rx for the program, its interpreter and its loader.',
  },
  'exec ESTALE': {
    code: 'not-executable',
    hint: 'The file was replaced after it was examined, or its path leads to another file for this user.',
  },
  'exec ENOEXEC': {
    code: 'not-executable',
    hint: 'The file is not a program: a script needs a first line such as #!/bin/sh.',
  },
  'exec EPERM': {
    code: 'not-executable',
    hint: 'The filter must allow execveat. A program with file capabilities (getcap) cannot be started without them.',
  },
  'exec EAGAIN': { hint: 'The user has as many processes as RLIMIT_NPROC allows: raise it, or use another user.' },
  'exec ECANCELED': { hint: 'The supervisor could not have its own descriptors: leave denials out.' },
  'exec ENOSYS': { hint: 'The supervisor of denials ended: something killed it. Leave denials out.' },
  'exec E2BIG': { hint: 'Arguments and environment are too long for the kernel (execve(2)).' },
  'exec ENOMEM': { hint: 'RLIMIT_AS, RLIMIT_DATA or RLIMIT_STACK is too low for this program.' },
  'rlimits EPERM': { hint: 'Only a process with CAP_SYS_RESOURCE may raise a hard limit: use a lower limit.' },
  'cwd ENOENT': { hint: 'It does not exist. Create the working directory, or name another.' },
  'cwd ENOTDIR': { hint: 'It is not a directory, or a part of its path is not. Name a directory.' },
  'cwd ELOOP': { hint: 'Its symbolic links lead in a circle. Correct them, or name another directory.' },
  'cwd EACCES': { hint: 'This user may not enter the working directory: name another.' },
  'descendants EPERM': {
    hint: 'This user must be allowed to signal the parent, and earlier filters must allow pidfd_open.',
  },
  'descendants E2BIG': { hint: 'Sixteen Landlock rulesets are in force already, and the guardian needs one.' },
  'descendants EAGAIN': { hint: 'The guardian is a separate process: raise RLIMIT_NPROC by one.' },
  'cgroup EAGAIN': { hint: 'The cgroup, or one above it, has as many processes as pids.max allows.' },
  'cgroup EBUSY': { hint: 'The cgroup has cgroups in it by now, so no process can enter it.' },
  'cgroup ENODEV': { hint: 'Another process of this user has removed the cgroup: try again.' },
  'session_keyring EDQUOT': { hint: 'This user has as many keys as kernel.keys.maxkeys allows: raise it.' },
  'denials E2BIG': {
    hint: 'The supervisor takes up to 4,096 rules for paths: grant directories instead of many files.',
  },
  'denials EAGAIN': { hint: 'The supervisor is a separate process: raise RLIMIT_NPROC by one.' },
  'denials EACCES': {
    hint: 'The supervisor must be able to read /proc/PID/mem: let the sandbox around this one grant /proc.',
  },
  'denials ENOENT': { hint: 'The supervisor needs /proc: mount it, or leave denials out.' },
  'denials ETIMEDOUT': { hint: 'The supervisor was not ready in time, and was ended: leave denials out.' },
  denials: {
    hint: 'The supervisor could not start: leave denials out, or allow its calls in the sandbox around this one.',
  },
  die_with_parent: { code: 'aborted', hint: 'The parent ended before the child was started.' },
  records: { hint: 'The arguments, environment and rules may be too long: each record takes up to 1 MiB.' },
};

/** What was asked for, as a message names it. */
interface Named {
  readonly program: string;
  readonly folder?: string | undefined;
}

/**
 * Turns a failed step of the launcher into an error; a step of a layer becomes an error of that layer.
 *
 * @param failed - from the launcher
 * @param rules - the rules as the launcher numbers them
 * @param target - the program and the working directory, for the message
 */
export function launchError(failed: Failed, rules: PlannedRules, target: Named): SandboxError {
  const { layer, step, syscall, errno, rule } = failed;
  const failure = {
    step,
    ...(syscall === undefined ? {} : { syscall }),
    errno,
    ...(rule === undefined ? {} : { rule }),
  };
  if (step === 'prove' && layer !== 'seccomp') return disproved(failed);
  if (layer === 'process' && step === 'verify') return undone(failed);
  if (layer === 'landlock') return ofLandlock(failed, rules, landlockError(failure, rules));
  if (layer === 'caps') return ofChild(capsError(failure));
  if (layer === 'privdrop') return ofChild(privdropError(failure));
  if (layer === 'seccomp' && step === 'seccomp' && errnoName(errno) === 'EBUSY') return outerListener();
  if (layer === 'seccomp') return ofChild(seccompError(failure));
  return ownError(failed, target);
}

/** The launcher looks at what a rule opens: its path may lead elsewhere than when the cgroup was made. */
function ofLandlock({ step, errno: number, rule }: Failed, { paths }: PlannedRules, error: SandboxError): SandboxError {
  if (step !== 'refused') return ofChild(error);
  const [errno, path] = [errnoName(number), pathOf(paths[rule ?? -1]?.path ?? '')];
  if (errno === 'EPERM') return mayLeave(`where ${path} leads at this moment`, path);
  return sandboxError('syscall-failed', 'cgroup', {
    what: `cannot examine whether the rule for ${path} grants writing to files of cgroups: ${errno}`,
    hint: 'The launcher needs /proc, and statfs(2) in the sandbox around this one: allow them, or leave the limits of the cgroup out. The target was not run.',
    errno,
    path,
  });
}

/** The kernel allows one listener in all filters of a process (seccomp(2)). */
function outerListener(): SandboxError {
  return sandboxError('unsupported-kernel', 'denials', {
    what: 'denials cannot be reported: a sandbox around this one supervises system calls already, and only one can',
    hint: 'Leave denials out, or run it outside. The target was not run.',
    syscall: 'seccomp',
    errno: 'EBUSY',
  });
}

function disproved({ syscall = '' }: Failed): SandboxError {
  return sandboxError('verification-failed', 'prove', {
    what: `${syscall} succeeded although the Landlock rules forbid it, and the kernel reported them as in force`,
    hint: 'An emulator or a filter may answer in place of the kernel: leave landlock out, or run on another machine. The target was not run.',
    syscall,
  });
}

function undone({ syscall = '', errno }: Failed): SandboxError {
  const name = errnoName(errno);
  return sandboxError('verification-failed', 'verify', {
    what: `cannot verify the effect of ${syscall}: ${name === 'EPERM' ? 'it reported success, but nothing has changed' : name}`,
    hint: 'An emulator or a filter may answer in place of the kernel: allow the call there, or run on another machine. The target was not run.',
    syscall,
    errno: name,
  });
}

function ownError({ step, syscall, errno: number }: Failed, { program, folder }: Named): SandboxError {
  const errno = errnoName(number);
  const { code, hint } = causes[`${step} ${errno}`] ?? causes[step] ?? {};
  const path = { exec: program, cwd: folder }[step];
  const verb = step === 'cwd' ? 'entering the working directory' : `${step} of`;
  const doing = path === undefined ? step : `${verb} ${path}`;
  return sandboxError(code ?? (errno === 'EPERM' ? 'not-permitted' : 'syscall-failed'), step, {
    what: `${doing} failed: ${syscall === undefined ? '' : `${syscall}: `}${errno}`,
    hint: `${hint === undefined ? '' : `${hint} `}The target was not run.`,
    syscall,
    errno,
    ...(path === undefined ? {} : { path }),
  });
}

/** The hints of the layers are for a process that restricts itself; here a child failed, which has ended. */
function ofChild(error: SandboxError): SandboxError {
  return withOutcome(error, 'The target was not run.');
}

/**
 * Returns a layer's error with another sentence about the resulting state: the layer knows only itself.
 *
 * @param error - of a layer
 * @param outcome - a sentence
 */
export function withOutcome(error: SandboxError, outcome: string): SandboxError {
  const hint = (error.hint ?? '').replace(/ ?End this process:[^.]*\.| ?Nothing was (?:restricted|changed)\./g, '');
  const { code, layer, step, syscall, errno, path, message } = error;
  const what = message.slice(`${layer}: `.length, error.hint === undefined ? -1 : -(error.hint.length + 2));
  const fields = { code, layer, step, what, syscall, errno, path, hint: `${hint} ${outcome}`.trim() };
  return new SandboxError({ ...fields, cause: error.cause });
}
