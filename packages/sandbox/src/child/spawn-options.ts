import type { SandboxStdio } from '../launch/stdio.js';
import type { Environment } from '../policy/options.js';
import type { EndingOptions } from './ending.js';

/** How one program is started; everything else is the sandbox's. */
export interface SandboxSpawnOptions<Stdio extends SandboxStdio = SandboxStdio> extends EndingOptions {
  /** As for `child_process.spawn`. Default: `pipe` for all three. */
  readonly stdio?: Stdio | undefined;
  /** Working directory of this one. Default: the sandbox's. */
  readonly cwd?: string | undefined;
  /** The whole environment of this one; a variable that is undefined is left out. Default: the sandbox's. */
  readonly env?: Environment;
  /** What the program finds as its own name. Default: as it was called. */
  readonly argv0?: string;
  /** Of messages over `ipc`. Default: `json`. */
  readonly serialization?: 'json' | 'advanced';
  /**
   * Keeps other processes of the child's user from tracing it and from taking its memory and descriptors, from its first
   * instruction on: as root that starts a program for another user. The program is executed from a copy in memory that
   * this user can't read, unless a private group keeps them apart already; of a program that this user may execute, and of
   * 1 GiB at the most. Costs the program's size in memory, once a process. It changes nothing where no user is switched:
   * then those processes could look into this one as well.
   * Default: false.
   */
  readonly undumpable?: boolean;
}

/** The same once they were read. */
export interface ReadSpawnOptions extends Omit<SandboxSpawnOptions, 'env'> {
  readonly env?: Readonly<Record<string, string>>;
}
