import type { SandboxStdio } from '../launch/stdio.js';
import type { ReachedLimit } from './reached-limits.js';
import type { SandboxReport } from './enforcement.js';
import type { SandboxSpawnOptions } from './spawn-options.js';
import type { Usage } from './usage.js';

/** How one program is run to its end. */
export interface RunOptions extends Omit<SandboxSpawnOptions, 'stdio' | 'serialization' | 'denials'> {
  /** The input of the program. Default: none, from `/dev/null`. */
  readonly input?: string | Uint8Array | undefined;
  /** The most bytes of each output stream, up to 2³¹−1; with more the program is ended. Default: 64 MiB. */
  readonly maxBuffer?: number;
}

/** The result of a program that ran. */
export interface RunResult {
  /** Its output, read as UTF-8. */
  readonly stdout: string;
  readonly stderr: string;
  /** Its exit status; null if a signal ended it. */
  readonly exitCode: number | null;
  /** The signal that ended it; null without one. */
  readonly signal: NodeJS.Signals | null;
  /** Whether it was ended after its timeout. */
  readonly timedOut: boolean;
  /** The limits that it has reached, as far as the kernel reports them. */
  readonly reachedLimits: readonly ReachedLimit[];
  /** What was in force in it. */
  readonly enforcement: SandboxReport;
  /** The resources that it has used; undefined if the system does not report them. */
  readonly usage: Usage | undefined;
}

/** How a Node module is run in a separate process. */
export interface ForkOptions<Stdio extends SandboxStdio = SandboxStdio> extends Omit<
  SandboxSpawnOptions<Stdio>,
  'argv0'
> {
  /** The Node program that runs it. Default: that of this process. */
  readonly execPath?: string | undefined;
  /** Options of Node. Default: none, even if this process has some. */
  readonly execArgv?: readonly string[];
}

/** The rejection of `execFile` for a program that failed, as in `child_process`. */
export interface ExecFileError extends Error, Omit<RunResult, 'exitCode'> {
  /** Its exit status; null if a signal ended it. */
  readonly code: number | null;
  /** Whether this process ended it. */
  readonly killed: boolean;
  /** The program and its arguments. */
  readonly cmd: string;
}
