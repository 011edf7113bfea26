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

/** What `fork` gives a child where nothing else is said. */
export type ForkStdio = readonly ['inherit', 'inherit', 'inherit', 'ipc'];

/** One sandbox, for any number of processes. */
export interface Sandbox {
  /** The checked options. */
  readonly policy: SandboxPolicy;
  /**
   * Starts a program in the sandbox. The arguments may be left out where there are options.
   *
   * @param program - a path, or a name that is looked for on the sandbox's own PATH
   * @throws SandboxError before anything is started, if the program isn't there or a required layer can't be had;
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
   * Runs a program in the sandbox to its end, whatever that is, and tells what became of it.
   *
   * @param program - as for {@link spawn}
   * @throws SandboxError where it never ran; AbortError; Error `ERR_CHILD_PROCESS_STDIO_MAXBUFFER` where it wrote too much
   */
  run(program: string, args?: readonly string[], options?: RunOptions): Promise<RunResult>;
  run(program: string, options: RunOptions): Promise<RunResult>;
  /**
   * The same as `execFile` of `child_process` as a promise: what the program wrote.
   *
   * @throws Error of a program that ended by a signal or another status than 0, with `code`, `signal`, `stdout`, `stderr`
   *   and what else {@link run} tells; and as {@link run}
   */
  execFile(
    program: string,
    args?: readonly string[],
    options?: RunOptions,
  ): Promise<Pick<RunResult, 'stdout' | 'stderr'>>;
  execFile(program: string, options: RunOptions): Promise<Pick<RunResult, 'stdout' | 'stderr'>>;
  /**
   * Runs a Node module in a process of its own, with a channel for messages, as `fork` of `child_process`. The sandbox has
   * to let Node read the module: the preset `minimal` doesn't by itself.
   *
   * @param modulePath - as Node takes it
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
  /** The same as a command for whatever starts programs: execa, zx, node-pty, Bun, Deno. */
  command(program: string, args?: readonly string[]): Command;
  /**
   * The sandbox as a file that the program `sb-exec` applies without Node: `sb-exec FILE -- COMMAND`. Paths and ids are
   * looked up now, and opened when it runs. Save it where nobody else can write, and for nobody else to write.
   *
   * @param command - the program and its arguments, where the file shall name them: the preset `minimal` grants what
   *   that program needs, and the file can be executed itself. Default: none
   * @throws SandboxError `invalid-policy` for `execOnce` and `privateGroup`, which one start alone can have; `not-found`;
   *   those of the layers where the policy can be enforced on no kernel
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
  /** What would be enforced here and now, and what can't be. Asks the kernel anew. */
  plan(): SandboxPlan;
  /** The plan in plain words. */
  explain(): string;
  /**
   * Answers whether the sandbox would let a program do something, which layer and rule decide, and what would allow it. Starts
   * nothing. Looks at the paths as they are now, and at this kernel. File permissions and outer sandboxes are not considered.
   *
   * @param question - one attempt: `{ write: '/etc/hosts' }`, `{ connect: 443 }`, `{ call: 'ptrace' }`
   * @param program - the program that attempts it, where the preset `minimal` grants what it needs. Default: any
   * @throws SandboxError `invalid-policy` for a question that asks nothing; LandlockError `path-missing` for a path that leads nowhere;
   *   those of {@link plan}
   */
  allows(question: SandboxQuestion, program?: string): SandboxAnswer;
  /**
   * Runs the probe inside, where it attempts what the policy forbids, and compares what it saw with what the policy
   * says, and with what comes of it as the sandbox's user without the sandbox. Listens on an abstract socket and makes a
   * folder in the temporary one (`TMPDIR`) while it runs.
   *
   * @throws SandboxError `untrusted-path` of `files` where root is asked to use a temporary folder in which another user
   *   could rename what is made there; `syscall-failed` where nothing can be made in it
   */
  selfTest(): Promise<SelfTest>;
  /** For `JSON.stringify`; `definePolicy` takes it. */
  toJSON(): SandboxPolicy;
}
