import { errnoName } from './errno.js';

/** A system call that an earlier filter answers in place of the kernel (seccomp(2)). */
export interface DeniedCall {
  /** The call, with its operation if only that is denied: `prctl(PR_SET_SECUREBITS)`. */
  readonly call: string;
  /** The error that the filter gives, as a positive number; 0 if the filter kills the process. */
  readonly errno: number;
}

/**
 * Returns a clause that says which call an earlier filter denies.
 *
 * @param denied - from a layer's native part
 */
export function deniedClause({ call, errno }: DeniedCall): string {
  const answer = errno === 0 ? `kills a process that calls ${call}` : `answers ${call} with ${errnoName(errno)}`;
  return `an earlier system-call filter ${answer}`;
}
