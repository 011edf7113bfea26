/* Filters that answer in the place of the kernel. */
import * as seccomp from '@sb/seccomp';

type Condition = ReturnType<ReturnType<typeof seccomp.arg>['eq32']>;

/** EOWNERDEAD, and SECCOMP_RET_ERRNO of <linux/seccomp.h> with it and with 0, which no policy may ask for. */
const [answersOwnerDead, answersYes] = [0x0005_0082, 0x0005_0000];

/**
 * A filter in whose place a call succeeds without being made.
 *
 * @param syscall - the call
 * @param when - what its arguments have to be
 * @param denied - calls that fail beside, with EACCES or another error
 */
export function saysYesTo(
  syscall: string,
  when: readonly Condition[] = [],
  denied: readonly (string | readonly [call: string, error: 'ENOSYS' | 'EPERM'])[] = [],
): Uint8Array {
  const rules = [
    { syscall, when, action: seccomp.errno('EOWNERDEAD') },
    ...denied.map((one) => {
      const [name, error] = typeof one === 'string' ? ([one, 'EACCES'] as const) : one;
      return { syscall: name, action: seccomp.errno(error) };
    }),
  ];
  const record = Buffer.from(seccomp.plan(seccomp.policy({ base: 'allow-all', rules }), seccomp.support()).record);
  const word = Buffer.alloc(4);
  word.writeUInt32LE(answersOwnerDead);
  for (let at = record.indexOf(word); at >= 0; at = record.indexOf(word, at)) record.writeUInt32LE(answersYes, at);
  return record;
}
