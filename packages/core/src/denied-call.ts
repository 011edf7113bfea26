import { errnoName } from './errno.js';

/** A system call that somebody other than the kernel answers: a filter that was there before (seccomp(2)). */
export interface DeniedCall {
  /** The call, with its operation where only that is denied: `prctl(PR_SET_SECUREBITS)`. */
  readonly call: string;
  /** What it is answered with, as a positive number; 0 where the answer is the end of the process. */
  readonly errno: number;
}

/**
 * Says what is denied and by whom, as a clause.
 *
 * @param denied - from a layer's native part
 */
export function deniedClause({ call, errno }: DeniedCall): string {
  const answer = errno === 0 ? `ends whoever calls ${call}` : `answers ${call} with ${errnoName(errno)}`;
  return `a system-call filter that was loaded before ${answer}`;
}
