import type { SandboxStdio } from '../launch/stdio.js';
import type { Environment } from '../policy/options.js';
import type { EndingOptions } from './ending.js';

/** How one program is started; the sandbox decides everything else. */
export interface SandboxSpawnOptions<Stdio extends SandboxStdio = SandboxStdio> extends EndingOptions {
  /** As for `child_process.spawn`. Default: `pipe` for all three. */
  readonly stdio?: Stdio | undefined;
  /** Working directory of this process. Default: the sandbox's. */
  readonly cwd?: string | undefined;
  /** The whole environment of this process; an undefined variable is left out. Default: the sandbox's. */
  readonly env?: Environment;
  /** The name that the program gets as its own. Default: its name in the call. */
  readonly argv0?: string;
  /** The format of messages over `ipc`. Default: `json`. */
  readonly serialization?: 'json' | 'advanced';
  /**
   * Keeps other processes of the child's user from tracing it and from taking its memory and descriptors, from its
   * first instruction on. It is for root that starts a program as another user.
   *
   * The program is executed from a copy in memory that this user cannot read, unless a private group separates the
   * processes already. The user must be allowed to execute the program, which may have up to 1 GiB. The copy needs that
   * much memory, once for each process that makes sandboxes.
   *
   * It changes nothing if the user stays the same: then those processes could read this one as well. Default: false.
   */
  readonly undumpable?: boolean;
  /**
   * Reports what the rules for files, TCP ports and signals deny, and what the filter denies: `child.denials`, and the
   * event `denial`. A supervisor, which is a separate process, then looks at each such call; it never allows anything.
   * These calls take some microseconds longer. Default: false.
   */
  readonly denials?: boolean;
}

/** The same after reading. */
export interface ReadSpawnOptions extends Omit<SandboxSpawnOptions, 'env'> {
  readonly env?: Readonly<Record<string, string>>;
}

/** The same for one start. */
export interface StartOptions extends ReadSpawnOptions {
  /** Whether a child without the streams and methods of `child_process` is enough, as for sb-run. Default: false */
  readonly plain?: boolean;
}
