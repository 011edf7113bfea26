import type { SandboxStdio } from '../launch/stdio.js';
import type { SandboxReport } from './enforcement.js';
import type { SandboxSpawnOptions } from './spawn-options.js';
import type { Usage } from './usage.js';

/** How one program is run to its end. */
export interface RunOptions extends Omit<SandboxSpawnOptions, 'stdio' | 'serialization'> {
  /** What it reads from its standard input. Default: nothing, from `/dev/null`. */
  readonly input?: string | Uint8Array | undefined;
  /** Bytes that each of its output streams may have, up to 2³¹−1; with more it is ended. Default: 64 MiB. */
  readonly maxBuffer?: number;
}

/** What became of a program that ran. */
export interface RunResult {
  /** What it wrote, read as UTF-8. */
  readonly stdout: string;
  readonly stderr: string;
  /** Its exit status; null where a signal ended it. */
  readonly exitCode: number | null;
  /** The signal that ended it; null where it ended by itself. */
  readonly signal: NodeJS.Signals | null;
  /** Whether it was ended because its time was up. */
  readonly timedOut: boolean;
  /** What was in force in it. */
  readonly enforcement: SandboxReport;
  /** What it has used; undefined where the system doesn't say. */
  readonly usage: Usage | undefined;
}

/** How a Node module is run in a process of its own. */
export interface ForkOptions<Stdio extends SandboxStdio = SandboxStdio> extends Omit<
  SandboxSpawnOptions<Stdio>,
  'argv0'
> {
  /** The Node to run it. Default: this one. */
  readonly execPath?: string | undefined;
  /** Options of Node's. Default: none, whatever this process has. */
  readonly execArgv?: readonly string[];
}

/** What `execFile` rejects with where a program failed: as of `child_process`. */
export interface ExecFileError extends Error, Omit<RunResult, 'exitCode'> {
  /** Its exit status; null where a signal ended it. */
  readonly code: number | null;
  /** Whether it was ended by us. */
  readonly killed: boolean;
  /** The program and its arguments. */
  readonly cmd: string;
}
