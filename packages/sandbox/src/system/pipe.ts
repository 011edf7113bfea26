import { errnoName } from '@sb/core';

import { sandboxError } from '../errors.js';
import { native } from '../native.js';

/** Both ends of a pipe, close-on-exec. Whoever has made it closes them. */
export interface Pipe {
  /** The descriptor to read from. */
  readonly input: number;
  /** The descriptor to write to. */
  readonly output: number;
}

/**
 * Makes a pipe between this process and a child that is not trusted. What `child_process` makes for `pipe` is a socket: through
 * that a child could send descriptors, and who closes one of these may have to wait, as for a TCP connection with SO_LINGER.
 * By splice(2) or sendfile(2) from a silent connection a child can make who reads a pipe wait too, until it is killed: forbid
 * these calls to it.
 *
 * @param bytes - that may wait to be read, as far as the system allows it (F_SETPIPE_SZ of fcntl(2)). Default: as many as the
 *   system has it
 * @throws SandboxError `syscall-failed` with EMFILE or ENFILE where too many are open, `prebuild-missing`
 * @see pipe(7)
 */
export function makePipe(bytes = 0): Pipe {
  const answer = native().pipe(bytes);
  if (typeof answer !== 'number') return { input: answer[0], output: answer[1] };
  const errno = errnoName(answer);
  throw sandboxError('syscall-failed', 'launch', {
    what: `a pipe to the child could not be made: ${errno}`,
    hint: 'RLIMIT_NOFILE may be reached: close some descriptors, or raise it.',
    errno,
  });
}
