import { argumentsReader, programReader } from './child/argument-documents.js';
import { failureOf, runToEnd } from './child/run.js';
import { forkReader, runReader } from './child/run-documents.js';
import type { RunResult } from './child/run-options.js';
import { spawnReader } from './child/spawn-documents.js';
import { withCommand } from './compile/command.js';
import { type CompileOptions, compileSandbox } from './compile/compile.js';
import { documentPlace, refuse, sandboxError } from './errors.js';
import type { Exported, ExportTarget } from './export/exported.js';
import { refuseUnstartable } from './filter/launcher-calls.js';
import { type Command, commandOf } from './launch/command.js';
import { startRecords } from './launch/start.js';
import { explainSandbox } from './plan/explain.js';
import { layerPolicies } from './plan/layers.js';
import { machineOf, planSandbox, type SandboxPlan, sandboxSupport } from './plan/plan.js';
import { definePolicy, effectiveOf, withoutProfileTmp } from './policy/define.js';
import type { SandboxOptions, SandboxPolicy } from './policy/options.js';
import { previewOf } from './policy/preview.js';
import { type SelfTest, selfTest } from './self-test/self-test.js';
import { readCommand, readStart, Startable } from './startable.js';
import { Starter } from './starter.js';
import type { Sandbox } from './types.js';
import type { InForce } from './why/answer.js';
import type { SandboxQuestion } from './why/question.js';
import { answer, type SandboxAnswer } from './why/why.js';

/**
 * Makes a sandbox. Looks its user up; starts nothing.
 *
 * @param options - options, or a policy from `definePolicy`
 * @throws SandboxError `invalid-policy`, and the errors of the layers' own policies, for instance `unknown-user`
 */
export function createSandbox(options: SandboxOptions | SandboxPolicy = {}): Sandbox {
  return new LauncherSandbox(definePolicy(options));
}

/** More bytes than most programs write. */
const usualBuffer = 64 * 2 ** 20;

class LauncherSandbox implements Sandbox {
  readonly policy: SandboxPolicy;
  readonly #own: Startable;

  constructor(policy: SandboxPolicy) {
    this.policy = policy;
    this.#own = new Startable(policy);
  }

  spawn(program: string, ...given: readonly unknown[]): never {
    const { args, options } = readStart(program, given, spawnReader);
    // Only the types of the caller know which streams it has.
    return this.#own.starter.start(program, args, options) as never;
  }

  async run(program: string, ...given: readonly unknown[]): Promise<RunResult> {
    const { args, options } = readStart(program, given, runReader);
    const { input, maxBuffer = usualBuffer, ...rest } = options;
    const stdio = [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] as const;
    const child = this.#own.starter.start(program, args, { ...rest, stdio });
    return await runToEnd({ child, input, maxBuffer, options });
  }

  async execFile(program: string, ...given: readonly unknown[]): Promise<Pick<RunResult, 'stdout' | 'stderr'>> {
    const { args, options } = readStart(program, given, runReader);
    const result = await this.run(program, args, options);
    const failure = failureOf(result, [program, ...args]);
    if (failure !== undefined) throw failure;
    return { stdout: result.stdout, stderr: result.stderr };
  }

  fork(modulePath: string, ...given: readonly unknown[]): never {
    const { args, options } = readStart(modulePath, given, forkReader);
    const { execPath = process.execPath, execArgv = [], stdio = usualFork, ...rest } = options;
    const words = [...execArgv, modulePath, ...args];
    return this.#own.starter.start(execPath, words, { ...rest, stdio }) as never;
  }

  command(program: string, args: readonly string[] = []): Command {
    const argv = [program, ...readCommand(program, args)];
    if (this.policy.cgroup !== undefined)
      refuse('cgroup', 'is made for one start, but a command may be started again', 'Leave it out, or use spawn().');
    if (this.policy.tmp !== undefined)
      refuse('tmp', 'is made for one start, but a command may be started again', 'Leave it out, or use spawn().');
    const { policy, starter } = this.#withoutTmp();
    const { target, plan, filter } = starter.prepareCommand(program);
    if (filter) refuseUnstartable(filter, standardError);
    const keep = [0, 1, 2, ...(this.policy.keepDescriptors ?? [])].sort((a, b) => a - b);
    needLauncher(plan, 'command');
    const { execKey } = this.#own.starter;
    const start = { path: target.path, argv, env: this.#own.starter.env(), keep, anyParent: true, execKey };
    return commandOf(startRecords(policy, plan, start), keep);
  }

  compile(command: readonly string[] = [], options: CompileOptions = {}): Buffer {
    const words = argumentsReader.read(command, documentPlace('compile').key('command'));
    const policy = withoutProfileTmp(this.policy);
    const layers = layerPolicies(policy, { withoutHomes: true, folder: this.#own.folder });
    const parts = { policy, layers, env: this.#own.starter.env() };
    return compileSandbox(withCommand(parts, words), options);
  }

  async export(target: ExportTarget, command: readonly string[] = []): Promise<Exported> {
    const words = argumentsReader.read(command, documentPlace('export').key('command'));
    const policy = definePolicy({ ...this.policy, execOnce: false });
    const layers = layerPolicies(policy, { folder: this.#own.folder });
    // A container runs a program of its image; a unit and bwrap run one of this machine.
    const isHere = target === 'systemd' || target === 'bwrap';
    const own = isHere
      ? withCommand({ policy: effectiveOf(policy), layers, env: this.#own.starter.env() }, words)
      : { layers };
    const { exportSandbox, topLinks } = await import('./export/export.js');
    const links = isHere ? topLinks() : [];
    const machine = machineOf(sandboxSupport()) ?? 'x86_64';
    return exportSandbox(target, { policy: this.#own.effective, layers: own.layers, command: words, machine, links });
  }

  /** The same for what may be started more than once, without the directory of one start. */
  #withoutTmp() {
    const policy = withoutProfileTmp(this.policy);
    if (policy === this.#own.effective) return { policy, layers: this.#own.layers, starter: this.#own.starter };
    const { execKey } = this.#own.starter;
    const layers = layerPolicies(policy, { execKey, folder: this.#own.folder });
    return { policy, layers, starter: new Starter(policy, layers, execKey) };
  }

  plan(): SandboxPlan {
    return this.#own.plan();
  }

  explain(): string {
    // Also for the policy of restrictSelf, which starts nothing.
    const shown = this.#shown();
    return explainSandbox(this.#own.effective, this.#own.layers, shown.starter.planned(shown.layers).plan);
  }

  allows(question: SandboxQuestion, program?: string): SandboxAnswer {
    if (program !== undefined) programReader.read(program, documentPlace('program'));
    return answer(question, this.policy, (policy) =>
      (policy === this.policy ? this : new LauncherSandbox(policy)).#inForce(program),
    );
  }

  /** What would be in force for a program, or for any: the preset `minimal` grants what a program needs. */
  #inForce(program: string | undefined): InForce {
    const shown = this.#shown();
    const planned = program === undefined ? shown.starter.planned(shown.layers) : shown.starter.prepare(program);
    return { layers: this.#own.layers, plan: planned.plan };
  }

  /** For what is only shown: a limit that is missing here refuses nothing. */
  #shown(): Startable {
    const policy = previewOf(this.policy);
    return policy === this.policy ? this.#own : new Startable(policy);
  }

  async selfTest(): Promise<SelfTest> {
    const plan = this.plan();
    needLauncher(plan, 'selfTest');
    const none = { privdrop: undefined, caps: undefined, landlock: undefined, seccomp: undefined };
    const privdrop = plan.expected.user && this.#own.layers.privdrop;
    // Outside nothing is limited.
    const { cgroup: _cgroup, ...free } = this.policy;
    const policy = effectiveOf(definePolicy(free));
    const outside = {
      caller: planSandbox(policy, none, sandboxSupport()),
      user: planSandbox(policy, { ...none, privdrop }, sandboxSupport()),
    };
    return await selfTest(
      { layers: this.#own.layers, plan },
      {
        inside: (program, args) => this.#own.starter.startDescriptor(plan, { program, args: () => args }),
        outside: (as, start) => this.#own.starter.startDescriptor(outside[as], start),
      },
    );
  }

  toJSON(): SandboxPolicy {
    return this.policy;
  }
}

/** As in `child_process`. */
const usualFork = ['inherit', 'inherit', 'inherit', 'ipc'] as const;

/** Where the launcher of a command reports its failure. */
const standardError = 2;

function needLauncher({ expected }: SandboxPlan, step: string): void {
  if (expected.launcher) return;
  throw sandboxError('unsupported-platform', step, {
    what: `${step}() needs the launcher, which only Linux has`,
    hint: 'Use spawn(), which verifies the user in the child.',
  });
}
