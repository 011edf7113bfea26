import { nativeError as capsError } from '@sb/caps';
import { errnoName, SandboxError } from '@sb/core';
import { nativeError as landlockError, type PlannedRules } from '@sb/landlock';
import { nativeError as privdropError } from '@sb/privdrop';
import { nativeError as seccompError } from '@sb/seccomp';

import { type SandboxPackageErrorCode, sandboxError } from '../errors.js';
import type { LauncherStatus } from './status.js';

type Failed = Extract<LauncherStatus, { kind: 'failed' }>;

/** What a failed step of the launcher itself means, by `STEP ERRNO` or `STEP`, and what helps. */
const causes: Readonly<Record<string, { readonly code?: SandboxPackageErrorCode; readonly hint: string }>> = {
  'exec ENOENT': {
    code: 'not-found',
    hint: 'It, its interpreter (the first line of a script) or its loader does not exist.',
  },
  'exec EACCES': {
    code: 'not-executable',
    hint: 'The user may not execute it or pass through a folder above it, its file system is mounted noexec, or no Landlock rule grants execute there: grant rx for it, for its interpreter and for its loader.',
  },
  'exec ESTALE': {
    code: 'not-executable',
    hint: 'Its file became another one meanwhile, or is another one for this user.',
  },
  'exec ENOEXEC': { code: 'not-executable', hint: 'It is no program: a script needs a first line such as #!/bin/sh.' },
  'exec EPERM': {
    code: 'not-executable',
    hint: 'The filter must allow execveat; and a program with file capabilities (getcap) is not started without them.',
  },
  'exec EAGAIN': { hint: 'The user has as many processes as RLIMIT_NPROC allows: raise it, or use another user.' },
  'exec E2BIG': { hint: 'Arguments and environment are too long for the kernel (execve(2)).' },
  'exec ENOMEM': { hint: 'RLIMIT_AS, RLIMIT_DATA or RLIMIT_STACK is too low for this program.' },
  'rlimits EPERM': { hint: 'Only a process with CAP_SYS_RESOURCE may raise a hard limit: ask for less.' },
  'cwd ENOENT': { hint: 'Create the working directory, or name another.' },
  'cwd EACCES': { hint: 'This user may not enter the working directory: name another.' },
  'descendants EPERM': {
    hint: 'The parent must be one that this user may signal, and a filter above must let pidfd_open through.',
  },
  'descendants E2BIG': { hint: 'Sixteen rulesets of Landlock are in force already, and the guardian takes one.' },
  'descendants EAGAIN': { hint: 'The guardian is a process of its own: raise RLIMIT_NPROC by one.' },
  'session_keyring EDQUOT': { hint: 'This user has as many keys as kernel.keys.maxkeys allows: raise it.' },
  die_with_parent: { code: 'aborted', hint: 'The parent ended before the child was started.' },
  records: { hint: 'The arguments, environment and rules may be too long: each record takes up to 1 MiB.' },
};

/**
 * Turns a failed step of the launcher into an error: a layer's own steps into the error of that layer.
 *
 * @param failed - what the launcher said
 * @param rules - the rules as the launcher counts them
 * @param target - the program, for the message
 */
export function launchError(failed: Failed, rules: PlannedRules, target: string): SandboxError {
  const { layer, step, syscall, errno, rule } = failed;
  const failure = {
    step,
    ...(syscall === undefined ? {} : { syscall }),
    errno,
    ...(rule === undefined ? {} : { rule }),
  };
  if (step === 'prove' && layer !== 'seccomp') return disproved(failed);
  if (layer === 'process' && step === 'verify') return undone(failed);
  if (layer === 'landlock') return ofChild(landlockError(failure, rules));
  if (layer === 'caps') return ofChild(capsError(failure));
  if (layer === 'privdrop') return ofChild(privdropError(failure));
  if (layer === 'seccomp') return ofChild(seccompError(failure));
  return ownError(failed, target);
}

function disproved({ syscall = '' }: Failed): SandboxError {
  return sandboxError('verification-failed', 'prove', {
    what: `${syscall} did what the Landlock rules forbid, though the kernel said that they are in force`,
    hint: 'An emulator or a filter may be answering in its place: leave landlock out, or run elsewhere. The target was not run.',
    syscall,
  });
}

function undone({ syscall = '', errno }: Failed): SandboxError {
  const name = errnoName(errno);
  return sandboxError('verification-failed', 'verify', {
    what: `what ${syscall} did can't be read back: ${name === 'EPERM' ? 'nothing has changed, though it reported success' : name}`,
    hint: 'An emulator or a filter may be answering in the place of the kernel: let the call through there, or run elsewhere. The target was not run.',
    syscall,
    errno: name,
  });
}

function ownError({ step, syscall, errno: number }: Failed, target: string): SandboxError {
  const errno = errnoName(number);
  const { code, hint } = causes[`${step} ${errno}`] ?? causes[step] ?? {};
  const subject = step === 'exec' ? ` of ${target}` : '';
  return sandboxError(code ?? (errno === 'EPERM' ? 'not-permitted' : 'syscall-failed'), step, {
    what: `${step}${subject} failed: ${syscall === undefined ? '' : `${syscall}: `}${errno}`,
    hint: `${hint === undefined ? '' : `${hint} `}The target was not run.`,
    syscall,
    errno,
    ...(step === 'exec' ? { path: target } : {}),
  });
}

/** The layers' hints are for a process that restricts itself; here a child failed, and it is gone. */
function ofChild(error: SandboxError): SandboxError {
  return withOutcome(error, 'The target was not run.');
}

/**
 * A layer's error with another word on what state that leaves: the layer knows only of itself.
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
