import { errnoName } from '@sb/core';

import { sandboxError } from '../errors.js';
import { native } from '../native.js';

/**
 * Makes the two ends of a stream between this process and a child: what `child_process` makes for `pipe`, without its
 * stream, so that the caller can read into a buffer of its own.
 *
 * @param bytes - that may wait to be read from the child, as far as the system allows it (SO_SNDBUF of socket(7))
 * @returns two connected descriptors, close-on-exec; the caller closes them
 * @throws SandboxError `syscall-failed` with EMFILE or ENFILE where too many are open, `prebuild-missing`
 * @see socketpair(2)
 */
export function streamPair(bytes: number): readonly [own: number, childs: number] {
  const answer = native().streamPair(bytes);
  if (typeof answer !== 'number') return answer;
  const errno = errnoName(answer);
  throw sandboxError('syscall-failed', 'launch', {
    what: `a stream to the child could not be made: ${errno}`,
    hint: 'RLIMIT_NOFILE may be reached: close some descriptors, or raise it.',
    errno,
  });
}
