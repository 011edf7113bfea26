import { randomBytes } from 'node:crypto';

import { anonymousFile, closeAnonymous, launcherPath } from '../native.js';

/** A program with arguments for whatever starts programs. */
export interface Command extends Disposable {
  /** The launcher. */
  readonly file: string;
  readonly args: readonly string[];
  /** One entry a descriptor: pass it on where the spawner takes descriptors beyond the standard streams. */
  readonly stdio: readonly ('inherit' | 'ignore' | number)[];
  /** Gives up the descriptor that the launcher's records lie behind: the command can't be started any more. */
  dispose(): void;
}

/** `SB_MARK_LENGTH` of native/launcher/source.h. */
const markLength = 16;

/**
 * Makes a command out of records. It may be started any number of times, by any means that executes a file with
 * arguments, by the user that this process has now, as long as this process lives and the command isn't disposed of. The
 * environment that the spawner gives is not used. A layer that fails is one line on standard error and exit status 125.
 *
 * @param records - of a whole launch
 * @param keep - descriptors that the target keeps
 * @throws SandboxError if the records can't be put into an anonymous file
 */
export function commandOf(records: Uint8Array, keep: readonly number[]): Command {
  // A number can get another process, and a descriptor another file: the mark says that it is this one still. No secret,
  // since arguments can be read by everybody (proc_pid_cmdline(5)); the launcher takes no file of another user's.
  const mark = randomBytes(markLength);
  let descriptor: number | undefined = anonymousFile(Buffer.concat([mark, records]));
  const dispose = (): void => {
    if (descriptor !== undefined) closeAnonymous(descriptor);
    descriptor = undefined;
  };
  const last = Math.max(2, ...keep);
  return {
    file: launcherPath(),
    // By its path, since not every spawner passes descriptors on; whoever opens that gets a position of its own.
    args: [`/proc/${process.pid}/fd/${descriptor}`, '-', mark.toString('hex')],
    stdio: Array.from({ length: last + 1 }, (_, number) => {
      if (number <= 2) return 'inherit';
      return keep.includes(number) ? number : 'ignore';
    }),
    dispose,
    [Symbol.dispose]: dispose,
  };
}
