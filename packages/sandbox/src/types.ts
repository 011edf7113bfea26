import type { SandboxedProcess } from './child/child.js';
import type { Command } from './launch/command.js';
import type { SandboxSpawnOptions } from './child/spawn-options.js';
import type { SandboxPolicy } from './policy/options.js';
import type { SandboxPlan } from './plan/plan.js';
import type { SelfTest } from './self-test/self-test.js';

/** One sandbox, for any number of processes. */
export interface Sandbox {
  /** The checked options. */
  readonly policy: SandboxPolicy;
  /**
   * Starts a program in the sandbox.
   *
   * @param program - a path, or a name that is looked for on the sandbox's own PATH
   * @throws SandboxError before anything is started, if the program isn't there or a required layer can't be had;
   *   later failures are events and reject `enforcement`
   */
  spawn(program: string, args?: readonly string[], options?: SandboxSpawnOptions): SandboxedProcess;
  /** The same as a command for whatever starts programs: execa, zx, node-pty, Bun, Deno. */
  command(program: string, args?: readonly string[]): Command;
  /** What would be enforced here and now, and what can't be. Asks the kernel anew. */
  plan(): SandboxPlan;
  /** The plan in plain words. */
  explain(): string;
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
