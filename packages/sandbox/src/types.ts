import type { SandboxedProcess } from './child/child.js';
import type { ForkOptions, RunOptions, RunResult } from './child/run-options.js';
import type { CompileOptions } from './compile/compile.js';
import type { Exported, ExportTarget } from './export/exported.js';
import type { Command } from './launch/command.js';
import type { SandboxStdio } from './launch/stdio.js';
import type { SandboxSpawnOptions } from './child/spawn-options.js';
import type { SandboxPolicy } from './policy/options.js';
import type { SandboxPlan } from './plan/plan.js';
import type { SelfTest } from './self-test/self-test.js';
import type { SandboxQuestion } from './why/question.js';
import type { SandboxAnswer } from './why/why.js';

/** The default `stdio` of `fork`. */
export type ForkStdio = readonly ['inherit', 'inherit', 'inherit', 'ipc'];

/** One sandbox, for any number of processes. */
export interface Sandbox {
  /** The checked options. */
  readonly policy: SandboxPolicy;
  /**
   * Starts a program in the sandbox. The arguments may be left out if there are options.
   *
   * @param program - a path, or a name that is searched in the sandbox's own PATH
   * @throws SandboxError before anything is started, if the program does not exist or a required layer is missing;
   *   later failures are events and reject `enforcement`
   */
  spawn<const Stdio extends SandboxStdio = 'pipe'>(
    program: string,
    args?: readonly string[],
    options?: SandboxSpawnOptions<Stdio>,
  ): SandboxedProcess<Stdio>;
  spawn<const Stdio extends SandboxStdio = 'pipe'>(
    program: string,
    options: SandboxSpawnOptions<Stdio>,
  ): SandboxedProcess<Stdio>;
  /**
   * Runs a program in the sandbox to its end, and returns how it ended.
   *
   * @param program - as for {@link spawn}
   * @throws SandboxError if it never ran; AbortError; Error `ERR_CHILD_PROCESS_STDIO_MAXBUFFER` for too much output
   */
  run(program: string, args?: readonly string[], options?: RunOptions): Promise<RunResult>;
  run(program: string, options: RunOptions): Promise<RunResult>;
  /**
   * The same as `execFile` of `child_process` as a promise: returns the output of the program.
   *
   * @throws Error of a program that ended by a signal or with a status other than 0, with `code`, `signal`, `stdout`,
   *   `stderr` and the other results of {@link run}; and as {@link run}
   */
  execFile(
    program: string,
    args?: readonly string[],
    options?: RunOptions,
  ): Promise<Pick<RunResult, 'stdout' | 'stderr'>>;
  execFile(program: string, options: RunOptions): Promise<Pick<RunResult, 'stdout' | 'stderr'>>;
  /**
   * Runs a Node module in a separate process, with a channel for messages, as `fork` of `child_process`. The sandbox
   * must allow Node to read the module; the preset `minimal` does not by itself.
   *
   * @param modulePath - as for Node
   * @throws SandboxError as {@link spawn}
   */
  fork<const Stdio extends SandboxStdio = ForkStdio>(
    modulePath: string,
    args?: readonly string[],
    options?: ForkOptions<Stdio>,
  ): SandboxedProcess<Stdio>;
  fork<const Stdio extends SandboxStdio = ForkStdio>(
    modulePath: string,
    options: ForkOptions<Stdio>,
  ): SandboxedProcess<Stdio>;
  /** The same as a command for any API that starts programs: execa, zx, node-pty, Bun, Deno. */
  command(program: string, args?: readonly string[]): Command;
  /**
   * The sandbox as a file that the program `sb-exec` applies without Node: `sb-exec FILE -- COMMAND`. Paths and ids are
   * looked up now, and opened when it runs. Save it in a directory that no other user can write to, and make it
   * writable only by its owner.
   *
   * @param command - the program and its arguments, if the file should name them: the preset `minimal` then grants what
   *   that program needs, and the file can be executed itself. Default: none
   * @throws SandboxError `invalid-policy` for `execOnce` and `privateGroup`, which only one start can have;
   *   `not-found`; those of the layers if the policy cannot be enforced on any kernel
   */
  compile(command?: readonly string[], options?: CompileOptions): Buffer;
  /**
   * The sandbox for another engine, and what that engine does not enforce of it. Starts nothing.
   *
   * @param target - `oci`: parts of a bundle's config.json; `kubernetes`: a list of objects; `systemd`: a unit; `docker` and
   *   `bwrap`: a script of sh(1)
   * @param command - the program and its arguments. Default: none
   * @throws SandboxError `not-found` for a program of `systemd` or `bwrap`; SeccompError `inexpressible`, `too-complex`
   */
  export(target: ExportTarget, command?: readonly string[]): Promise<Exported>;
  /** What would be enforced on this machine now, and what cannot be. Examines the kernel again. */
  plan(): SandboxPlan;
  /** The plan in plain words. If a required limit of `cgroup` is missing here, it says that nothing would run. */
  explain(): string;
  /**
   * Answers whether the sandbox would allow a program to do something, which layer and rule decide, and what would
   * allow it. Starts nothing. It uses the paths as they are now, and this kernel. It does not consider file permissions
   * and outer sandboxes.
   *
   * @param question - one attempt: `{ write: '/etc/hosts' }`, `{ connect: 443 }`, `{ call: 'ptrace' }`
   * @param program - the program that attempts it, if the preset `minimal` grants what it needs. Default: any
   * @throws SandboxError `invalid-policy` for a question without an attempt; LandlockError `path-missing` for a path
   *   that leads nowhere; those of {@link plan}, except for a missing limit of `cgroup`
   */
  allows(question: SandboxQuestion, program?: string): SandboxAnswer;
  /**
   * Runs the probe in the sandbox, where it attempts what the policy forbids. It compares the results with the policy,
   * and with those of the sandbox's user without the sandbox. Meanwhile it listens on an abstract socket, and creates a
   * directory in the temporary one (`TMPDIR`).
   *
   * @throws SandboxError `untrusted-path` of `files` if root would use a temporary directory in which another user
   *   could rename files; `syscall-failed` if nothing can be created in it
   */
  selfTest(): Promise<SelfTest>;
  /** For `JSON.stringify`; `definePolicy` accepts the result. */
  toJSON(): SandboxPolicy;
}
