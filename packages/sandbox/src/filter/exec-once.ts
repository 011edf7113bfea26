import { randomBytes } from 'node:crypto';

import { arg, type SeccompOptions } from '@sb/seccomp';

import { refuse } from '../errors.js';

const calls: readonly string[] = ['execve', 'execveat'];

/** Makes a number of 64 bits that nobody knows but this process and its launcher, whose memory is gone after its exec. */
export function newExecKey(): bigint {
  return randomBytes(8).readBigUInt64LE();
}

/**
 * Makes a filter let one exec through: the launcher's own, which becomes the target. `execveat` takes five arguments and
 * the kernel looks at no more, but a filter sees six (seccomp(2)): the launcher puts a key into the sixth. Nobody can
 * read a filter back without CAP_SYS_ADMIN outside of any user namespace (ptrace(2), PTRACE_SECCOMP_GET_FILTER).
 *
 * @param options - what the filter is otherwise; what it says of both calls doesn't count
 * @param key - from {@link newExecKey}
 * @throws SandboxError `invalid-policy` where other tables go through, by which every call has another number
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

/** A tracer lets through what it likes. */
const open: ReadonlySet<string> = new Set(['allow', 'log', 'trace']);

function refuseOpen(table: 'foreign' | 'x32', said: SeccompOptions['foreign']): void {
  const action = typeof said === 'object' ? said.action : said;
  if (action === undefined || !open.has(action)) return;
  refuse(
    `seccomp.${table}`,
    `is ${action}, and execOnce would not hold: another program could be executed by its numbers`,
    'Leave one of the two out; calls of i386 can be let through by name: list it in architectures.',
  );
}
