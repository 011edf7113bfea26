import { lateCrypto } from '@sb/core';

import { anonymousFile, closeAnonymous, launcherPath } from '../native.js';

/** A program with arguments, for any API that starts programs. */
export interface Command extends Disposable {
  /** The launcher. */
  readonly file: string;
  readonly args: readonly string[];
  /** One entry for each descriptor: pass it to APIs that accept descriptors in addition to the standard streams. */
  readonly stdio: readonly ('inherit' | 'ignore' | number)[];
  /** Closes the descriptor of the launcher's records: the command cannot be started any more. */
  dispose(): void;
}

/** `SB_MARK_LENGTH` of native/launcher/source.h. */
const markLength = 16;

/**
 * Makes a command from records. It may be started any number of times, by any API that executes a file with arguments.
 * It must be started by the user of this process, while this process lives and the command is not disposed. The
 * environment of the caller is not used. A layer that fails prints one line to standard error, with exit status 125.
 *
 * @param records - of a whole launch
 * @param keep - descriptors that the target keeps
 * @throws SandboxError if the records cannot be put into an anonymous file
 */
export function commandOf(records: Uint8Array, keep: readonly number[]): Command {
  // A number may later belong to another process, and a descriptor to another file: the mark shows that it is still
  // this one. It is not a secret, since all users can read arguments (proc_pid_cmdline(5)). The launcher accepts no
  // file of another user.
  const mark = lateCrypto().randomBytes(markLength);
  let descriptor: number | undefined = anonymousFile(Buffer.concat([mark, records]));
  const dispose = (): void => {
    if (descriptor !== undefined) closeAnonymous(descriptor);
    descriptor = undefined;
  };
  const last = Math.max(2, ...keep);
  return {
    file: launcherPath(),
    // By its path, since not every API passes descriptors on. Each open file of that path has its own position.
    args: [`/proc/${process.pid}/fd/${descriptor}`, '-', mark.toString('hex')],
    stdio: Array.from({ length: last + 1 }, (_, number) => {
      if (number <= 2) return 'inherit';
      return keep.includes(number) ? number : 'ignore';
    }),
    dispose,
    [Symbol.dispose]: dispose,
  };
}
