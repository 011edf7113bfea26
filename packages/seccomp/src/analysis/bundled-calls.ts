/** Calls that programs for i386 make through socketcall(2) or ipc(2), for which libseccomp adds rules unasked. */
import { arg } from '../policy/conditions.js';
import type { Case } from '../exact/policy-cases.js';

/** Names by the number that the first argument has (linux/net.h, linux/ipc.h); a gap is a number without a call. */
const bundles = {
  socketcall: [
    ['socket', 1],
    ['bind', 2],
    ['connect', 3],
    ['listen', 4],
    ['accept', 5],
    ['getsockname', 6],
    ['getpeername', 7],
    ['socketpair', 8],
    ['send', 9],
    ['recv', 10],
    ['sendto', 11],
    ['recvfrom', 12],
    ['shutdown', 13],
    ['setsockopt', 14],
    ['getsockopt', 15],
    ['sendmsg', 16],
    ['recvmsg', 17],
    ['accept4', 18],
    ['recvmmsg', 19],
    ['sendmmsg', 20],
  ],
  ipc: [
    ['semop', 1],
    ['semget', 2],
    ['semctl', 3],
    ['semtimedop', 4],
    ['msgsnd', 11],
    ['msgrcv', 12],
    ['msgget', 13],
    ['msgctl', 14],
    ['shmat', 21],
    ['shmdt', 22],
    ['shmget', 23],
    ['shmctl', 24],
  ],
} as const;

/** A call that makes others, by the number in its first argument. */
type Bundle = keyof typeof bundles;

/** The names of the two calls. */
export const bundleNames: readonly Bundle[] = ['socketcall', 'ipc'];

const bundled: ReadonlySet<string> = new Set(Object.values(bundles).flatMap((calls) => calls.map(([name]) => name)));

/** The calls that one of them makes, with their numbers. */
export const bundledIn = (name: Bundle): readonly (readonly [call: string, number: number])[] => bundles[name];

/** Whether i386 has another call that makes this one. */
export const isBundled = (name: string): boolean => bundled.has(name);

/**
 * What becomes of socketcall(2) or ipc(2) where a filter has rules without conditions for the calls that it makes.
 *
 * @param answers - what becomes of each call with a rule
 * @param otherwise - for all others
 */
export function bundleCase<Answer extends Case['otherwise']>(
  name: Bundle,
  answers: ReadonlyMap<string, Answer>,
  otherwise: Answer,
): Case {
  const rules = bundledIn(name).flatMap(([call, number]) => {
    const action = answers.get(call);
    return action === undefined ? [] : [{ when: [arg(0).eq32(number)], action }];
  });
  return { rules, otherwise };
}
