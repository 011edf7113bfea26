import { randomNumber } from '@sb/core';
import { arg, type SeccompOptions } from '@sb/seccomp';

import { refuse } from '../errors.js';

const calls: readonly string[] = ['execve', 'execveat'];

/**
 * Makes a random number of 64 bits that only this process and its launcher know. The launcher's memory is gone after
 * its exec.
 */
export function newExecKey(): bigint {
  return randomNumber();
}

/**
 * Makes a filter allow one exec: that of the launcher, which executes the target. `execveat` has five arguments and the
 * kernel ignores the sixth, but a filter sees six (seccomp(2)): the launcher puts a key into the sixth. Reading a
 * filter back needs CAP_SYS_ADMIN outside of any user namespace (ptrace(2), PTRACE_SECCOMP_GET_FILTER).
 *
 * @param options - the rest of the filter; its rules for both calls do not count
 * @param key - from {@link newExecKey}
 * @throws SandboxError `invalid-policy` if calls of other tables are allowed, in which every call has another number
 */
export function withExecOnce(options: SeccompOptions, key: bigint): SeccompOptions {
  for (const table of ['foreign', 'x32'] as const) refuseOpen(table, options[table]);
  const { rules = [], allow = [], deny = [] } = options;
  const others = rules.filter(({ syscall }) => !calls.includes(syscall));
  return {
    ...options,
    rules: [{ syscall: 'execveat', when: [arg(5).eq64(key)], action: 'allow' }, ...others],
    allow: allow.filter((name) => !calls.includes(name)),
    deny: [...new Set([...deny, ...calls])],
  };
}

/** A tracer may allow any call. */
const open: ReadonlySet<string> = new Set(['allow', 'log', 'trace']);

function refuseOpen(table: 'foreign' | 'x32', said: SeccompOptions['foreign']): void {
  const action = typeof said === 'object' ? said.action : said;
  if (action === undefined || !open.has(action)) return;
  refuse(
    `seccomp.${table}`,
    `is ${action}, which makes execOnce ineffective: its call numbers could execute another program`,
    'Leave one of the two out; to allow calls of i386 by name, list it in architectures.',
  );
}
