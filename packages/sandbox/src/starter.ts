import { isAbsolute } from 'node:path';

import { isRoot } from '@sb/files';

import type { Cgroup } from './cgroup/cgroup.js';
import { addCgroup, cgroupFor } from './cgroup/in-child.js';
import { asTarget, type Limited, type SandboxedProcess } from './child/child.js';
import { Ending, type EndingOptions } from './child/ending.js';
import { LimitWatch } from './child/limit-watch.js';
import type { ReadSpawnOptions, StartOptions } from './child/spawn-options.js';
import { supervisedPlan } from './denials/supervised-plan.js';
import { withDenials } from './child/with-denials.js';
import { type LoadedFilter, refuseUnstartable } from './filter/launcher-calls.js';
import { launch } from './launch/launch.js';
import { LaunchDescriptors } from './launch/launch-descriptors.js';
import { launchPortable } from './launch/portable.js';
import { type Start, startRecords } from './launch/start.js';
import { channelVariables, type DescriptorLayout, layOut } from './launch/stdio.js';
import { findTarget, type Target } from './launch/target.js';
import { refuseForbidden, unreadableProgram } from './launch/unreadable-program.js';
import { type LayerPolicies, layersFor, layersWithTmp } from './plan/layers.js';
import { machineOf, planSandbox, type SandboxPlan, sandboxSupport } from './plan/plan.js';
import { defaultEnvironment } from './policy/environment.js';
import type { SandboxPolicy } from './policy/options.js';
import { lockPosition, tmpFor, tmpVariables } from './tmp/in-child.js';
import type { PrivateTmp } from './tmp/private-tmp.js';

/** What does not change between two starts of one program. */
export interface Prepared extends Planned {
  readonly target: Target;
}

/** A plan, and the filter that it loads, if any. */
export interface Planned {
  readonly plan: SandboxPlan;
  readonly filter: LoadedFilter | undefined;
}

/** How a program that is a descriptor is started. */
export interface DescriptorStart {
  readonly program: number;
  /** A directory that it gets as the descriptor after the program, for its arguments. */
  readonly folder?: number;
  readonly args: (folder: string) => readonly string[];
}

/** The most milliseconds of the probe; it needs a few. */
const probeTime = 15_000;

/** The most programs whose plan is kept. */
const mostPrepared = 1000;

/** The descriptor on which a launcher of this package reports its failure: see `launch`. */
const statusAfter = (stdio: readonly unknown[]): number => stdio.length + 1;

/** Starts the processes of one sandbox. */
export class Starter {
  readonly #policy: SandboxPolicy;
  /** With the paths of its rules as they were when it was made, even if this process changes its directory later. */
  readonly #layers: LayerPolicies;
  /** The key by which the filter recognizes the launcher's exec. */
  readonly execKey: bigint | undefined;
  readonly #prepared = new Map<string, Prepared>();
  #environment: Readonly<Record<string, string>> | undefined;

  constructor(policy: SandboxPolicy, layers: LayerPolicies, execKey: bigint | undefined) {
    this.#policy = policy;
    this.#layers = layers;
    this.execKey = execKey;
  }

  /** The environment of the sandbox. */
  env(): Readonly<Record<string, string>> {
    this.#environment ??= this.#policy.env ?? defaultEnvironment(this.#layers.privdrop);
    return this.#environment;
  }

  /** Plans for this machine, now. */
  planned(layers: LayerPolicies, support = sandboxSupport()): Planned {
    const plan = planSandbox(this.#policy, layers, support);
    const machine = plan.expected.filter ? machineOf(support) : undefined;
    const { seccomp } = layers;
    const filter = seccomp && machine && { policy: seccomp, machine, execKey: this.execKey };
    return { plan, filter };
  }

  /**
   * Finds a program, and plans for it. Only the preset `minimal` and most profiles grant something that depends on the
   * program; one plan serves all equal ones.
   *
   * @param how - what differs from the sandbox in one start: its environment and directory
   */
  prepare(program: string, how: Pick<ReadSpawnOptions, 'cwd' | 'env'> = {}): Prepared {
    const path = (how.env ?? this.env())['PATH'];
    const folder = how.cwd ?? this.#policy.cwd ?? '';
    const key = isAbsolute(program) ? program : JSON.stringify([program, path, folder]);
    const known = this.#prepared.get(key);
    // An absolute path needs no directory. The working directory, an empty text, may have been removed.
    const target = findTarget(program, { path, cwd: isAbsolute(program) ? '/' : folder }, known?.target);
    if (known !== undefined && known.target === target) return known;
    const prepared = { target, ...this.planned(layersFor(this.#layers, this.#policy, target.files)) };
    // Starts from ever new directories must not fill the memory.
    if (this.#prepared.size >= mostPrepared) this.#prepared.clear();
    this.#prepared.set(key, prepared);
    return prepared;
  }

  /** The same for a command, which other processes start: they make no cgroup. */
  prepareCommand(program: string): Prepared {
    const prepared = this.prepare(program);
    if (prepared.plan.expected.cgroup === undefined) return prepared;
    const layers = layersFor(this.#layers, this.#policy, prepared.target.files);
    return { ...prepared, ...this.planned(layers, sandboxSupport({ cgroup: false })) };
  }

  /** Starts a program whose arguments were checked. */
  start(program: string, args: readonly string[], options: StartOptions): SandboxedProcess {
    const prepared = this.prepare(program, options);
    const layout = layOut(options.stdio, this.#policy.keepDescriptors);
    const argv = [options.argv0 ?? program, ...args];
    const tmp = tmpFor(this.#policy, prepared.plan);
    let cgroup: Cgroup | undefined;
    try {
      cgroup = this.#cgroupOf(prepared.plan);
      const child = this.#watched(prepared, { layout, argv, options, tmp, cgroup });
      // A process that never ran has no exit.
      if (tmp !== undefined) child.once('exit', () => tmp.release()).once('close', () => tmp.release());
      return child;
    } catch (error) {
      tmp?.release();
      cgroup?.end();
      throw error;
    }
  }

  #cgroupOf({ expected: { cgroup, landlock } }: SandboxPlan): Cgroup | undefined {
    return cgroupFor(cgroup && { ...cgroup, stays: this.#policy.dieWithParent === false }, landlock);
  }

  /** With `denials`, a supervisor reports to a pipe of this process. */
  #watched(prepared: Prepared, start: Launch): SandboxedProcess {
    const own = start.tmp === undefined ? prepared.plan : this.#planWith(start.tmp, prepared.target);
    if (start.options.denials !== true) return this.#launch({ ...prepared, plan: own }, start);
    const plan = supervisedPlan(own, this.#layers);
    const { seccomp } = this.#layers;
    return withDenials(plan.expected, seccomp, (report) => this.#launch({ ...prepared, plan }, { ...start, report }));
  }

  #launch(
    { target, plan, filter }: Prepared,
    { layout, argv, options, tmp, cgroup, report }: Launch,
  ): SandboxedProcess {
    const copy = this.#copyOf(target, plan, options);
    const descriptors = new LaunchDescriptors(layout);
    if (tmp !== undefined) descriptors.add(tmp.lock, lockPosition);
    const position = copy && descriptors.add(copy.descriptor);
    const files = cgroup && addCgroup(cgroup, plan.expected.cgroup, descriptors);
    const channel = report === undefined ? undefined : descriptors.add(report);
    // The supervisor uses the one after it, too.
    if (channel !== undefined) descriptors.add('ignore');
    if (filter) refuseUnstartable(filter, statusAfter(descriptors.entries));
    const env =
      tmp === undefined ? (options.env ?? this.env()) : { ...(options.env ?? this.env()), ...tmpVariables(tmp) };
    const start: Start = {
      path: position ?? target.path,
      argv,
      env: layout.ipc === undefined ? env : { ...env, ...channelVariables(layout.ipc, options.serialization) },
      keep: descriptors.keep,
      cwd: options.cwd,
      execKey: this.execKey,
      original: copy?.original,
      cgroup: files,
      channel,
    };
    const launched = plan.expected.launcher
      ? launch(startRecords(this.#policy, plan, start), descriptors.entries, options)
      : launchPortable({
          user: plan.expected.user,
          policy: this.#policy,
          start: { ...start, path: target.path },
          stdio: layout.stdio,
        });
    Object.assign(launched.child, { spawnfile: target.path, spawnargs: argv });
    return this.#supervise({ ...launched, cgroup, folder: options.cwd }, plan, options);
  }

  /** The rules of each start name another directory. */
  #planWith(tmp: PrivateTmp, { files }: Target): SandboxPlan {
    return this.planned(layersWithTmp(layersFor(this.#layers, this.#policy, files), this.#policy, tmp)).plan;
  }

  /** What is executed in place of a program that other processes of its user must not trace. */
  #copyOf({ path }: Target, { expected }: SandboxPlan, { undumpable }: ReadSpawnOptions) {
    const isOthers = expected.launcher && expected.user !== undefined && isRoot();
    if (undumpable !== true || !isOthers || expected.user?.privateGroup?.state === 'chosen') return undefined;
    const copy = unreadableProgram(path);
    // Landlock has no rules for files in memory; the launcher asks the kernel for the rest.
    refuseForbidden(copy.original.path, expected.landlock);
    return copy;
  }

  /** Starts a program that is a descriptor of this process; the child finds it after its standard streams. */
  startDescriptor(plan: SandboxPlan, { program, args, folder }: DescriptorStart): SandboxedProcess {
    // A process of the user outside the sandbox gets no descriptor that it does not need: another process of that user
    // could take it, for instance a terminal.
    const layout = layOut(['ignore', 'pipe', 'ignore'], folder === undefined ? this.#policy.keepDescriptors : []);
    const descriptors = new LaunchDescriptors(layout);
    const position = descriptors.add(program);
    if (folder !== undefined) descriptors.add(folder);
    const cgroup = this.#cgroupOf(plan);
    const files = cgroup && addCgroup(cgroup, plan.expected.cgroup, descriptors);
    const start = {
      path: position,
      argv: ['probe', ...args(`/proc/self/fd/${position + 1}`)],
      env: this.env(),
      keep: descriptors.keep,
      execKey: this.execKey,
      cgroup: files,
    };
    const launched = launch(startRecords(this.#policy, plan, start), descriptors.entries);
    // Another process of the same user may stop it for ever.
    return this.#supervise({ ...launched, cgroup }, plan, { timeout: probeTime, killSignal: 'SIGKILL' });
  }

  #supervise(
    launched: Limited & { readonly cgroup: Cgroup | undefined },
    plan: SandboxPlan,
    options: EndingOptions,
  ): SandboxedProcess {
    const limits = new LimitWatch(launched.child, this.#policy, launched.cgroup);
    const ending = new Ending(launched.child, options, this.#policy.newSession ?? true);
    const child = asTarget({ ...launched, folder: launched.folder ?? this.#policy.cwd, limits }, plan, ending);
    void child.enforcement.then(
      () => ending.started(),
      () => undefined, // the error event reports it
    );
    return child;
  }
}

/** One start, after its program was found. */
interface Launch {
  readonly layout: DescriptorLayout;
  readonly argv: readonly string[];
  readonly options: StartOptions;
  readonly tmp: PrivateTmp | undefined;
  readonly cgroup: Cgroup | undefined;
  /** The end of a pipe for denials. */
  readonly report?: number;
}
