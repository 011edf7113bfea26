import type { SandboxedProcess } from './child/child.js';
import type { SandboxSpawnOptions } from './child/spawn-options.js';
import { spawnReader } from './child/spawn-documents.js';
import { definePolicy } from './policy/define.js';
import type { SandboxOptions, SandboxPolicy } from './policy/options.js';
import { readStart, Startable } from './startable.js';

/** What is started. */
export interface ProgramStart extends Pick<SandboxSpawnOptions, 'undumpable'> {
  readonly program: string;
  readonly args: readonly string[];
  /** What it gets as descriptors 0, 1, 2 …: a descriptor of this process, or none. */
  readonly stdio: readonly (number | 'ignore')[];
}

/**
 * Starts a program as `spawn` of a sandbox does, for a caller that has a descriptor for each stream. `child_process`
 * takes four milliseconds more, and is used only where the system lacks pidfds (Linux 5.3). Use of the child only `pid`,
 * `exitCode`, `signalCode`, `killed`, `kill`, `enforcement`, and the events `error`, `spawn`, `exit` and `close`.
 *
 * @param options - options, or a policy from `definePolicy`
 * @throws SandboxError as `createSandbox` and `spawn`
 */
export function startProgram(options: SandboxOptions | SandboxPolicy, start: ProgramStart): SandboxedProcess {
  const { program, args: words, ...rest } = start;
  const { args, options: read } = readStart(program, [words, rest], spawnReader);
  return new Startable(definePolicy(options)).starter.start(program, args, { ...read, plain: true });
}
