import { type ErrorDetails, errnoName } from '@sb/core';

import type { PlannedRules } from './encode.js';
import { landlockError, type LandlockError, type LandlockErrorCode } from './errors.js';
import type { LandlockFailure } from './native.js';
import { pathText } from './options.js';
import { obstacles } from './support.js';

interface Cause {
  readonly code: LandlockErrorCode;
  readonly hint: string;
}

/** The meaning and the remedy of an error of one call; `*` means any call and any step. */
const causes: Readonly<Record<string, Cause>> = {
  'openat ENOENT': {
    code: 'path-missing',
    hint: 'Create it, or mark its rule optional ("optional": true in a policy).',
  },
  'openat ENOTDIR': { code: 'path-missing', hint: 'A part of the path is not a directory; correct it.' },
  'openat EACCES': {
    code: 'not-permitted',
    hint: 'This user has no search permission on a directory of the path; grant it, or restrict before dropping privileges.',
  },
  'openat ELOOP': { code: 'path-missing', hint: 'Its symbolic links lead in a circle; correct them.' },
  'type ENOTDIR': {
    code: 'wrong-file-type',
    hint: 'Name a directory, or only rights of files: execute, write_file, read_file, truncate, ioctl_dev, resolve_unix.',
  },
  'file EISDIR': {
    code: 'wrong-file-type',
    hint: 'The rule is for a file, but its path leads to a directory. Correct the path, or find out who put the directory there.',
  },
  'file EINVAL': {
    code: 'wrong-file-type',
    hint: 'The rule names a regular file, and the path leads to another kind of file.',
  },
  'file ESTALE': {
    code: 'untrusted-path',
    hint: 'The file was replaced after it was examined. Start again. If it happens again, find out who replaces it.',
  },
  'changed ESTALE': {
    code: 'untrusted-path',
    hint: 'Another process changes this path at this moment. Find out which, and start again.',
  },
  'landlock_restrict_self E2BIG': {
    code: 'too-many-layers',
    hint: `Sixteen rulesets are in force, the kernel allows no more. ${obstacles['too-many-layers'].hint}`,
  },
  'landlock_restrict_self EPERM': {
    code: 'not-permitted',
    hint: 'no_new_privs is not set on this thread: set it first (prctl(2), PR_SET_NO_NEW_PRIVS).',
  },
  'landlock_restrict_self EINVAL': {
    code: 'unsupported-kernel',
    hint: 'This kernel does not know a flag of the policy, though its ABI says so: a filter may be hiding its true ABI. Pin a lower ABI.',
  },
  'landlock_create_ruleset EINVAL': {
    code: 'unsupported-kernel',
    hint: 'This kernel does not know a right of the policy, though its ABI says so: a filter may be hiding its true ABI. Pin a lower ABI.',
  },
  'landlock_create_ruleset E2BIG': {
    code: 'unsupported-kernel',
    hint: 'This kernel does not know a field that the policy uses; pin a lower ABI.',
  },
  'landlock_add_rule EINVAL': {
    code: 'unsupported-kernel',
    hint: 'The kernel refuses a right or a flag of this rule; pin a lower ABI.',
  },
  'landlock_add_rule EAFNOSUPPORT': {
    code: 'unsupported-kernel',
    hint: 'This kernel does not have TCP, so ports need no rule.',
  },
  'landlock_add_rule EBADFD': {
    code: 'invalid-policy',
    hint: 'Landlock has no rules for files of this kind of file system (a pipe, a socket, a memory file).',
  },
  'rehearse EPERM': {
    code: 'verification-failed',
    hint: 'The kernel accepted the ruleset, and the thread on which it was tried could still do what the rules forbid: a system-call filter may answer in place of the kernel.',
  },
  '* EOPNOTSUPP': { code: 'disabled-at-boot', hint: obstacles['disabled-at-boot'].hint },
  '* ENOTSUP': { code: 'disabled-at-boot', hint: obstacles['disabled-at-boot'].hint },
  '* ENOSYS': { code: 'unsupported-kernel', hint: obstacles['not-built'].hint },
  '* EPERM': { code: 'not-permitted', hint: obstacles.blocked.hint },
  '* E2BIG': { code: 'unsupported-kernel', hint: 'Pin a lower ABI.' },
  '* ENOMEM': {
    code: 'syscall-failed',
    hint: 'There is too little memory for this ruleset: raise RLIMIT_AS if it is set, or use fewer rules.',
  },
  '* ENFILE': { code: 'syscall-failed', hint: 'This machine has no descriptor left: close some.' },
  '* EMFILE': { code: 'syscall-failed', hint: 'Close some descriptors, or raise RLIMIT_NOFILE.' },
};

const unknownState = 'End this process: some of its threads may be restricted and some not.';

/** Steps that concern threads. After the first two the process is in an unknown state. */
const ofThreads: Readonly<Record<string, Cause & { readonly what: string }>> = {
  threads: { code: 'threads-unreachable', what: 'not every thread could be restricted', hint: unknownState },
  verify: { code: 'verification-failed', what: 'a thread could still do what the rules forbid', hint: unknownState },
  tasks: {
    code: 'threads-unreachable',
    what: 'cannot open /proc/self/task, the list of the threads of this process',
    hint: 'Nothing was restricted. Mount /proc; after an earlier ruleset, put all rules into that one or let it grant list("/proc/self/task").',
  },
  no_new_privs: {
    code: 'threads-unreachable',
    what: 'cannot set no_new_privs on every thread',
    hint: "Nothing was restricted. A thread that blocks every signal by a direct system call can cause this, and so can the kernel's own threads for io_uring: leave UV_USE_IO_URING unset.",
  },
};

/**
 * Turns a failed native step into an error that names the call, the path or port, the rights and the remedy.
 *
 * @param failure - from the addon
 * @param rules - the rules of the record, which the failure names by number
 */
export function nativeError(failure: LandlockFailure, rules: PlannedRules = { paths: [], ports: [] }): LandlockError {
  const { step, syscall } = failure;
  const errno = errnoName(failure.errno);
  const lost = ofThreads[step];
  if (lost !== undefined) {
    return landlockError(lost.code, step, { what: `${lost.what}: ${errno}`, hint: lost.hint, syscall, errno });
  }
  if (step === 'link') return ofAnotherUser(subjectOf(failure.rule, rules));
  if (step === 'own-link') return ofItself(subjectOf(failure.rule, rules));
  const { code, hint } = causes[`${syscall ?? step} ${errno}`] ?? causes[`* ${errno}`] ?? fallback;
  const subject = subjectOf(failure.rule, rules);
  const details: ErrorDetails = {
    what: `${syscall ?? step}${subject.text} failed: ${errno}`,
    hint: `${hint} Nothing was restricted.`,
    syscall,
    errno,
    path: subject.path,
  };
  return landlockError(code, step, details);
}

/** Root decides the names of a path. Other users decide the target of a link that they can change. */
function ofAnotherUser({ text, path }: ReturnType<typeof subjectOf>): LandlockError {
  return landlockError('untrusted-path', 'link', {
    what: `the rule${text} was not made: a symbolic link in its path belongs to another user, who can change its target`,
    hint: 'Name the target of the link, or let root own the link and its directory. Nothing was restricted.',
    path,
  });
}

/** A program that may put links into the path of a rule could widen what the rule grants to a later start. */
function ofItself({ text, path }: ReturnType<typeof subjectOf>): LandlockError {
  return landlockError('untrusted-path', 'own-link', {
    what: `the rule${text} was not made: its path has a symbolic link that the restricted program, or another user, may have put there, and no other rule grants its target`,
    hint: 'Name the target of the link (realpath shows it), or let root own the link and its directories. If you did not make the link, find out what did. Nothing was restricted.',
    path,
  });
}

const fallback: Cause = { code: 'syscall-failed', hint: 'The kernel gave an unknown reason.' };

function subjectOf(rule: number | undefined, { paths, ports }: PlannedRules): { text: string; path?: string } {
  if (rule === undefined) return { text: '' };
  const pathRule = paths[rule];
  if (pathRule !== undefined) {
    const path = pathText(pathRule.path);
    return { path, text: `(${JSON.stringify(path)}, ${pathRule.rights.join('|')})` };
  }
  const portRule = ports[rule - paths.length];
  return { text: portRule === undefined ? '' : `(port ${portRule.port}, ${portRule.rights.join('|')})` };
}
