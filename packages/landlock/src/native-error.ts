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

/** What an error of one call means, and what to do; `*` stands for any call and any step. */
const causes: Readonly<Record<string, Cause>> = {
  'openat ENOENT': {
    code: 'path-missing',
    hint: 'Create it, or mark its rule optional ("optional": true in a policy).',
  },
  'openat ENOTDIR': { code: 'path-missing', hint: 'A part of the path is no folder; correct it.' },
  'openat EACCES': {
    code: 'not-permitted',
    hint: 'This user may not pass through a folder of the path; grant that, or restrict before dropping privileges.',
  },
  'openat ELOOP': { code: 'path-missing', hint: 'Its symbolic links lead in a circle; correct them.' },
  'type ENOTDIR': {
    code: 'wrong-file-type',
    hint: 'Name a folder, or only rights of files: execute, write_file, read_file, truncate, ioctl_dev, resolve_unix.',
  },
  'file EISDIR': {
    code: 'wrong-file-type',
    hint: 'The rule names a file, and a folder is there. Find out who put it there.',
  },
  'file EINVAL': { code: 'wrong-file-type', hint: 'The rule names a regular file, and something else is there.' },
  'file ESTALE': {
    code: 'untrusted-path',
    hint: 'Another file is there than was looked at: somebody replaced it. Start again, and find out who if it stays so.',
  },
  'changed ESTALE': {
    code: 'untrusted-path',
    hint: 'Somebody changes this path at this moment. Find out who, and start again.',
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
    hint: 'This kernel has no TCP, so ports need no rule.',
  },
  'landlock_add_rule EBADFD': {
    code: 'invalid-policy',
    hint: 'No rule can be given for a file of this kind of file system (a pipe, a socket, a memory file).',
  },
  'rehearse EPERM': {
    code: 'verification-failed',
    hint: 'The kernel accepted the ruleset, and the thread that it was tried on could still do what the rules forbid: a system-call filter may be answering in its place.',
  },
  '* EOPNOTSUPP': { code: 'disabled-at-boot', hint: obstacles['disabled-at-boot'].hint },
  '* ENOTSUP': { code: 'disabled-at-boot', hint: obstacles['disabled-at-boot'].hint },
  '* ENOSYS': { code: 'unsupported-kernel', hint: obstacles['not-built'].hint },
  '* EPERM': { code: 'not-permitted', hint: obstacles.blocked.hint },
  '* E2BIG': { code: 'unsupported-kernel', hint: 'Pin a lower ABI.' },
  '* ENOMEM': { code: 'syscall-failed', hint: 'The kernel has no memory for this ruleset: use fewer rules.' },
  '* ENFILE': { code: 'syscall-failed', hint: 'This machine has no descriptor left: close some.' },
  '* EMFILE': { code: 'syscall-failed', hint: 'Close some descriptors, or raise RLIMIT_NOFILE.' },
};

const unknownState = 'End this process: some of its threads may be restricted and some not.';

/** Steps that are about threads; after the first two the process is in an unknown state. */
const ofThreads: Readonly<Record<string, Cause & { readonly what: string }>> = {
  threads: { code: 'threads-unreachable', what: 'not every thread could be restricted', hint: unknownState },
  verify: { code: 'verification-failed', what: 'a thread could still do what the rules forbid', hint: unknownState },
  tasks: {
    code: 'threads-unreachable',
    what: "the list of this process's threads, /proc/self/task, can't be opened",
    hint: 'Nothing was restricted. Mount /proc; after an earlier ruleset, put all rules into that one or let it grant list("/proc/self/task").',
  },
  no_new_privs: {
    code: 'threads-unreachable',
    what: 'no_new_privs could not be set on every thread',
    hint: "Nothing was restricted. A thread that blocks every signal by a direct system call can cause this, and so can the kernel's own threads for io_uring: leave UV_USE_IO_URING unset.",
  },
};

/**
 * Turns a failed native step into an error that names the call, the path or port, the rights and the remedy.
 *
 * @param failure - from the addon
 * @param rules - the rules of the record, by which the failure counts
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

/** Names that are written on a path are root's word; where a link leads that others can change, they say. */
function ofAnotherUser({ text, path }: ReturnType<typeof subjectOf>): LandlockError {
  return landlockError('untrusted-path', 'link', {
    what: `the rule${text} was not made: a symbolic link in its path belongs to another user, who can lead it elsewhere`,
    hint: 'Name what the link leads to, or let root own the link and its folder. Nothing was restricted.',
    path,
  });
}

/** Who may put links into the path of a rule could widen what it grants, for a later start of any program. */
function ofItself({ text, path }: ReturnType<typeof subjectOf>): LandlockError {
  return landlockError('untrusted-path', 'own-link', {
    what: `the rule${text} was not made: its path leads through a symbolic link that the restricted program, or another user, may have put there, to what no other rule grants`,
    hint: 'Name what the link leads to (realpath shows it), or let root own the link and the folders that it lies in. If you did not make the link, find out what did. Nothing was restricted.',
    path,
  });
}

const fallback: Cause = { code: 'syscall-failed', hint: 'The kernel gave no reason that is known here.' };

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
