import { resolve } from 'node:path';

import { type SandboxedProcess, asTarget } from './child.js';
import { type Command, commandOf } from './command.js';
import { definePolicy } from './define.js';
import { Ending, type EndingOptions } from './ending.js';
import { defaultEnvironment } from './environment.js';
import { explainSandbox } from './explain.js';
import { launch } from './launch.js';
import { layerPolicies, type LayerPolicies } from './layers.js';
import type { SandboxOptions, SandboxPolicy } from './options.js';
import { planSandbox, type SandboxPlan, sandboxSupport } from './plan.js';
import { rlimitsOf } from './process-features.js';
import { encodeProcess, joinRecords } from './process-record.js';
import { layOut, type SandboxStdio } from './stdio.js';
import { findTarget, type Target } from './target.js';

/** How one program is started; everything else is the sandbox's. */
export interface SandboxSpawnOptions extends EndingOptions {
  /** As for `child_process.spawn`. Default: `pipe` for all three. */
  readonly stdio?: SandboxStdio;
  /** What the program finds as its own name. Default: as it was called. */
  readonly argv0?: string;
  /** Of messages over `ipc`. Default: `json`. */
  readonly serialization?: 'json' | 'advanced';
}

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
  /** For `JSON.stringify`; `definePolicy` takes it. */
  toJSON(): SandboxPolicy;
}

/**
 * Makes a sandbox. Looks its user up; starts nothing.
 *
 * @param options - options, or a policy from `definePolicy`
 * @throws SandboxError `invalid-policy`, and the errors of the layers' own policies, for instance `unknown-user`
 */
export function createSandbox(options: SandboxOptions | SandboxPolicy = {}): Sandbox {
  return new LauncherSandbox(definePolicy(options));
}

/** What doesn't change between two starts of one program. */
interface Prepared {
  readonly target: Target;
  readonly plan: SandboxPlan;
}

class LauncherSandbox implements Sandbox {
  readonly policy: SandboxPolicy;
  readonly #layers: LayerPolicies;
  readonly #prepared = new Map<string, Prepared>();
  #environment: Readonly<Record<string, string>> | undefined;

  constructor(policy: SandboxPolicy) {
    this.policy = policy;
    this.#layers = layerPolicies(policy);
  }

  spawn(program: string, args: readonly string[] = [], options: SandboxSpawnOptions = {}): SandboxedProcess {
    const { target, plan } = this.#prepare(program);
    const layout = layOut(options.stdio, this.policy.keepDescriptors);
    const channel = layout.ipc === undefined ? {} : channelVariables(layout.ipc, options.serialization);
    const argv = [options.argv0 ?? program, ...args];
    const process = this.#process(target.path, argv, { keep: layout.keep, env: channel });
    const launched = launch(joinRecords([process, ...plan.records]), layout.stdio, options.serialization);
    Object.assign(launched.child, { spawnfile: target.path, spawnargs: argv });
    const ending = new Ending(launched.child, options, this.policy.newSession ?? true);
    const child = asTarget(launched, plan, () => ending.end('SIGKILL'));
    void child.enforcement.then(
      () => ending.started(),
      () => undefined, // told by the error event
    );
    return child;
  }

  command(program: string, args: readonly string[] = []): Command {
    const { target, plan } = this.#prepare(program);
    const keep = [0, 1, 2, ...(this.policy.keepDescriptors ?? [])];
    const process = this.#process(target.path, [program, ...args], { keep, anyParent: true });
    return commandOf(joinRecords([process, ...plan.records]), keep);
  }

  plan(): SandboxPlan {
    return planSandbox(this.policy, this.#layers, sandboxSupport());
  }

  explain(): string {
    return explainSandbox(this.policy, this.#layers, this.plan());
  }

  toJSON(): SandboxPolicy {
    return this.policy;
  }

  /** Only the preset `minimal` grants something that depends on the program; one plan does for all that are equal. */
  #prepare(program: string): Prepared {
    const known = this.#prepared.get(program);
    const target = findTarget(program, { path: this.#env()['PATH'], cwd: resolve(this.policy.cwd ?? '.') });
    if (known !== undefined && known.target.files.join('\0') === target.files.join('\0')) return known;
    const layers = layerPolicies(this.policy, target.files);
    const prepared = { target, plan: planSandbox(this.policy, layers, sandboxSupport()) };
    this.#prepared.set(program, prepared);
    return prepared;
  }

  #env(): Readonly<Record<string, string>> {
    this.#environment ??= this.policy.env ?? defaultEnvironment(this.#layers.privdrop);
    return this.#environment;
  }

  #process(path: string, argv: readonly string[], differs: Differences): Uint8Array {
    const { newSession = true, dieWithParent = true, umask, cwd } = this.policy;
    return encodeProcess({
      newSession,
      dieWithParent,
      parent: differs.anyParent === true ? 0 : process.pid,
      umask,
      rlimits: Object.fromEntries(
        Object.entries(rlimitsOf(this.policy)).map(([name, limit]) => [name, limit === 'unlimited' ? Infinity : limit]),
      ),
      keep: differs.keep,
      cwd: cwd === undefined ? '' : resolve(cwd),
      path,
      argv,
      env: { ...this.#env(), ...differs.env },
    });
  }
}

/** What one start has of its own. */
interface Differences {
  readonly keep: readonly number[];
  readonly env?: Readonly<Record<string, string>>;
  /** Whoever starts it is not known. */
  readonly anyParent?: boolean;
}

/** How a child that is Node finds its channel; child_process says it to the launcher, which passes nothing on. */
function channelVariables(descriptor: number, serialization = 'json'): Readonly<Record<string, string>> {
  return { NODE_CHANNEL_FD: String(descriptor), NODE_CHANNEL_SERIALIZATION_MODE: serialization };
}
