import { errnoName } from '@sb/core';

import { sandboxError } from '../errors.js';
import { native } from '../native.js';

/** Both ends of a pipe, close-on-exec. The caller closes them. */
export interface Pipe {
  /** The descriptor to read from. */
  readonly input: number;
  /** The descriptor to write to. */
  readonly output: number;
}

/**
 * Makes a pipe between this process and an untrusted child. For `pipe`, `child_process` makes a socket: a child could
 * send descriptors through it, and closing one of these may block, as for a TCP connection with SO_LINGER. By splice(2)
 * or sendfile(2) from a silent connection, a child can also block the reader of a pipe, until the child is killed:
 * forbid these calls to it.
 *
 * @param bytes - that may wait to be read, as far as the system allows it (F_SETPIPE_SZ of fcntl(2)). Default: that of
 *   the system
 * @throws SandboxError `syscall-failed` with EMFILE or ENFILE if too many are open, `prebuild-missing`
 * @see pipe(7)
 */
export function makePipe(bytes = 0): Pipe {
  const answer = native().pipe(bytes);
  if (typeof answer !== 'number') return { input: answer[0], output: answer[1] };
  const errno = errnoName(answer);
  throw sandboxError('syscall-failed', 'launch', {
    what: `cannot make a pipe to the child: ${errno}`,
    hint: 'RLIMIT_NOFILE may be reached: close some descriptors, or raise the limit.',
    errno,
  });
}
