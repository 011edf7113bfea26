import { isAbsolute } from 'node:path';

import { isRoot } from '@sb/files';

import { type SandboxedProcess, asTarget } from './child/child.js';
import { type Command, commandOf } from './launch/command.js';
import { type CompileOptions, compileSandbox } from './compile/compile.js';
import { withCommand } from './compile/command.js';
import { definePolicy } from './policy/define.js';
import { Ending, type EndingOptions } from './child/ending.js';
import { argumentsReader, programReader, spawnReader } from './child/spawn-documents.js';
import { defaultEnvironment } from './policy/environment.js';
import { documentPlace, sandboxError } from './errors.js';
import { newExecKey } from './filter/exec-once.js';
import { explainSandbox } from './plan/explain.js';
import { launch, type Launched } from './launch/launch.js';
import { type LoadedFilter, refuseUnstartable, usualStatus } from './filter/launcher-calls.js';
import { layerPolicies, type LayerPolicies, layersFor } from './plan/layers.js';
import type { SandboxOptions, SandboxPolicy } from './policy/options.js';
import { machineOf, planSandbox, type SandboxPlan, sandboxSupport } from './plan/plan.js';
import { launchPortable } from './launch/portable.js';
import { type SelfTest, selfTest } from './self-test/self-test.js';
import { type Start, startRecords } from './launch/start.js';
import { layOut } from './launch/stdio.js';
import { findTarget, type Target } from './launch/target.js';
import type { SandboxSpawnOptions } from './child/spawn-options.js';
import type { Sandbox } from './types.js';
import { refuseForbidden, unreadableProgram } from './launch/unreadable-program.js';

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
interface Prepared extends Planned {
  readonly target: Target;
}

/** A plan, and the filter that it loads, if it loads one. */
interface Planned {
  readonly plan: SandboxPlan;
  readonly filter: LoadedFilter | undefined;
}

/** Milliseconds that the probe may take; it needs a few. */
const probeTime = 15_000;

/** How a program that is a descriptor is started. */
interface DescriptorStart {
  readonly program: number;
  /** A folder that it gets behind the program, for its arguments. */
  readonly folder?: number;
  readonly args: (folder: string) => readonly string[];
}

/** The arguments of a command, once it is one: a text would be taken for a list of its letters. */
function readCommand(program: unknown, args: unknown): readonly string[] {
  const place = documentPlace('command');
  programReader.read(program, place.key('program'));
  return argumentsReader.read(args, place.key('args'));
}

class LauncherSandbox implements Sandbox {
  readonly policy: SandboxPolicy;
  /** With the paths of its rules as they were when it was made, wherever this process goes since. */
  readonly #layers: LayerPolicies;
  readonly #execKey: bigint | undefined;
  readonly #prepared = new Map<string, Prepared>();
  #environment: Readonly<Record<string, string>> | undefined;

  constructor(policy: SandboxPolicy) {
    this.policy = policy;
    this.#execKey = policy.execOnce === true ? newExecKey() : undefined;
    this.#layers = layerPolicies(policy, this.#execKey);
  }

  spawn(program: string, args: readonly string[] = [], given: SandboxSpawnOptions = {}): SandboxedProcess {
    const argumentsOfIt = readCommand(program, args);
    const options = spawnReader.read(given, documentPlace('options'));
    const { target, plan, filter } = this.#prepare(program);
    const layout = layOut(options.stdio, this.policy.keepDescriptors);
    if (filter) refuseUnstartable(filter, statusAfter(layout.stdio) + (options.undumpable === true ? 1 : 0));
    const argv = [options.argv0 ?? program, ...argumentsOfIt];
    const { ipc } = layout;
    const copy = this.#copyOf(target, plan, options);
    const stdio = copy === undefined ? layout.stdio : [...layout.stdio, copy.descriptor];
    const start: Start = {
      path: copy === undefined ? target.path : layout.stdio.length,
      argv,
      env: ipc === undefined ? this.#env() : { ...this.#env(), ...channelVariables(ipc, options.serialization) },
      keep: copy === undefined ? layout.keep : [...layout.keep, layout.stdio.length],
      execKey: this.#execKey,
      original: copy?.original,
    };
    const launched = plan.expected.launcher
      ? launch(startRecords(this.policy, plan, start), stdio, options.serialization)
      : launchPortable({
          user: plan.expected.user,
          policy: this.policy,
          start: { ...start, path: target.path },
          stdio: layout.stdio,
        });
    Object.assign(launched.child, { spawnfile: target.path, spawnargs: argv });
    return this.#supervise(launched, plan, options);
  }

  /** What is executed in the place of a program that others of its user are to be kept out of. */
  #copyOf({ path }: Target, { expected }: SandboxPlan, { undumpable }: SandboxSpawnOptions) {
    const isOthers = expected.launcher && expected.user !== undefined && isRoot();
    if (undumpable !== true || !isOthers || expected.user?.privateGroup?.state === 'chosen') return undefined;
    const copy = unreadableProgram(path);
    // Landlock has no rule for what is in memory; the launcher asks the kernel for the rest.
    refuseForbidden(copy.original.path, expected.landlock);
    return copy;
  }

  /** A program that is a descriptor of ours; the child finds it behind its standard streams. */
  #startDescriptor(plan: SandboxPlan, { program, args, folder }: DescriptorStart): SandboxedProcess {
    // A process of the user's that is not in the sandbox gets no descriptor of ours that it has no need of: another one of
    // that user could take it, a terminal for instance.
    const isInside = folder === undefined;
    const { stdio, keep } = layOut(['ignore', 'pipe', 'ignore'], isInside ? this.policy.keepDescriptors : []);
    const position = stdio.length;
    const others = isInside ? [] : [folder];
    const start = {
      path: position,
      argv: ['probe', ...args(`/proc/self/fd/${position + 1}`)],
      env: this.#env(),
      keep: [...keep, position, ...others.map((_, index) => position + 1 + index)],
      execKey: this.#execKey,
    };
    const launched = launch(startRecords(this.policy, plan, start), [...stdio, program, ...others]);
    // Another process of the same user may stop it for good.
    return this.#supervise(launched, plan, { timeout: probeTime, killSignal: 'SIGKILL' });
  }

  #supervise(launched: Launched, plan: SandboxPlan, options: EndingOptions): SandboxedProcess {
    const ending = new Ending(launched.child, options, this.policy.newSession ?? true);
    const child = asTarget(launched, plan, () => ending.end('SIGKILL'));
    void child.enforcement.then(
      () => ending.started(),
      () => undefined, // told by the error event
    );
    return child;
  }

  command(program: string, args: readonly string[] = []): Command {
    const argv = [program, ...readCommand(program, args)];
    const { target, plan, filter } = this.#prepare(program);
    if (filter) refuseUnstartable(filter, standardError);
    const keep = [0, 1, 2, ...(this.policy.keepDescriptors ?? [])].sort((a, b) => a - b);
    needLauncher(plan, 'command');
    const start = { path: target.path, argv, env: this.#env(), keep, anyParent: true, execKey: this.#execKey };
    return commandOf(startRecords(this.policy, plan, start), keep);
  }

  compile(command: readonly string[] = [], options: CompileOptions = {}): Buffer {
    const words = argumentsReader.read(command, documentPlace('compile').key('command'));
    const parts = { policy: this.policy, layers: this.#layers, env: this.#env() };
    return compileSandbox(withCommand(parts, words), options);
  }

  plan(): SandboxPlan {
    const { plan, filter } = this.#planned(this.#layers);
    if (filter) refuseUnstartable(filter, usualStatus);
    return plan;
  }

  #planned(layers: LayerPolicies): Planned {
    const support = sandboxSupport();
    const plan = planSandbox(this.policy, layers, support);
    const machine = plan.expected.filter ? machineOf(support) : undefined;
    const { seccomp } = layers;
    const filter = seccomp && machine && { policy: seccomp, machine, execKey: this.#execKey };
    return { plan, filter };
  }

  explain(): string {
    // Of a policy for restrictSelf too, which starts nothing.
    return explainSandbox(this.policy, this.#layers, this.#planned(this.#layers).plan);
  }

  async selfTest(): Promise<SelfTest> {
    const plan = this.plan();
    needLauncher(plan, 'selfTest');
    const none = { privdrop: undefined, caps: undefined, landlock: undefined, seccomp: undefined };
    const privdrop = plan.expected.user && this.#layers.privdrop;
    const outside = {
      caller: planSandbox(this.policy, none, sandboxSupport()),
      user: planSandbox(this.policy, { ...none, privdrop }, sandboxSupport()),
    };
    return await selfTest(
      { layers: this.#layers, plan },
      {
        inside: (program, args) => this.#startDescriptor(plan, { program, args: () => args }),
        outside: (as, start) => this.#startDescriptor(outside[as], start),
      },
    );
  }

  toJSON(): SandboxPolicy {
    return this.policy;
  }

  /** Only the preset `minimal` grants something that depends on the program; one plan does for all that are equal. */
  #prepare(program: string): Prepared {
    const known = this.#prepared.get(program);
    // Nothing is looked for from a folder where the path is whole.
    const where = { path: this.#env()['PATH'], cwd: isAbsolute(program) ? '/' : this.#folder() };
    const target = findTarget(program, where, known?.target);
    if (known !== undefined && known.target === target) return known;
    const prepared = { target, ...this.#planned(layersFor(this.#layers, this.policy, target.files)) };
    this.#prepared.set(program, prepared);
    return prepared;
  }

  /** Empty for ours, which may be gone: that hinders no absolute path. */
  #folder(): string {
    return this.policy.cwd ?? '';
  }

  #env(): Readonly<Record<string, string>> {
    this.#environment ??= this.policy.env ?? defaultEnvironment(this.#layers.privdrop);
    return this.#environment;
  }
}

/** Where a command's launcher tells of its failure, and where one of ours does: see `launch`. */
const standardError = 2;
const statusAfter = (stdio: readonly unknown[]): number => stdio.length + 1;

function needLauncher({ expected }: SandboxPlan, step: string): void {
  if (expected.launcher) return;
  throw sandboxError('unsupported-platform', step, {
    what: `${step}() needs the launcher, which only Linux has`,
    hint: 'Use spawn(), which verifies the user in the child.',
  });
}

/** How a child that is Node finds its channel; child_process says it to the launcher, which passes nothing on. */
function channelVariables(descriptor: number, serialization = 'json'): Readonly<Record<string, string>> {
  return { NODE_CHANNEL_FD: String(descriptor), NODE_CHANNEL_SERIALIZATION_MODE: serialization };
}
