import { isSandboxError, type RequirementLevel } from '@sb/core';
import { compile as proveFilter } from '@sb/seccomp';

import { refuse, sandboxError } from '../errors.js';
import { type LoadedFilter, refuseUnstartable } from '../filter/launcher-calls.js';
import { type Start, startRecords } from '../launch/start.js';
import type { LayerPolicies } from '../plan/layers.js';
import { machineOf, planSandbox, type SandboxSupport } from '../plan/plan.js';
import type { SandboxPolicy } from '../policy/options.js';
import { compiledFile, type Document, usualInterpreter } from './file.js';
import { type Machine, machinesFor } from './machines.js';

/** Options of a compiled sandbox. */
export interface CompileOptions {
  /** Path of sb-exec, for the file's first line. At most 61 bytes. Default: `/usr/bin/sb-exec` */
  readonly interpreter?: string;
}

/** What is compiled. */
export interface Compiled {
  readonly policy: SandboxPolicy;
  readonly layers: LayerPolicies;
  readonly support: SandboxSupport;
  /** The command, if the file names one: absolute path, name and arguments. */
  readonly command: (Pick<Start, 'argv'> & { readonly path: string }) | undefined;
  readonly env: Readonly<Record<string, string>>;
}

/** The highest number of the format: any kernel newer than the policy. */
const anyLater = 0xffff;

/** A command that the file does not name yet. */
const placeholder = { path: '/', argv: ['-'] } as const;

/** Where sb-exec reports a failure. */
const standardError = 2;

/**
 * Makes the file that sb-exec applies: the launcher's records for every kernel and process on which the policy can be
 * enforced. A machine that lacks something required has no records, so sb-exec refuses to run there.
 *
 * @throws SandboxError `invalid-policy` for options that need a start by this process, and the layers' own errors if
 *   the policy cannot be enforced anywhere
 */
export function compileSandbox(compiled: Compiled, { interpreter = usualInterpreter }: CompileOptions = {}): Buffer {
  refuseOwn(compiled.policy);
  // Once for all starts: each call is tested to be answered as the policy says.
  if (compiled.layers.seccomp !== undefined) proveFilter(compiled.layers.seccomp);
  const obstacles: unknown[] = [];
  const documents = machinesFor(compiled.layers, compiled.support).flatMap((machine) => {
    try {
      return [{ ...machine, records: recordsFor(compiled, machine) }];
    } catch (error) {
      if (!isSandboxError(error) || error.step !== 'plan' || error.code === 'invalid-policy') throw error;
      obstacles.push(error);
      return [];
    }
  });
  // The last error for root: the newest kernel, with the most rights.
  if (documents.length === 0) throw obstacles[compiled.layers.landlock?.abi ?? 0] ?? obstacles[0];
  const hasCommand = compiled.command !== undefined;
  return compiledFile(merged(documents), { hasCommand, interpreter });
}

function recordsFor({ policy, layers, support, command = placeholder, env }: Compiled, machine: Machine): Uint8Array {
  // The user that starts it is unknown, so only root, which can switch to any user, switches.
  if (policy.user !== undefined && !machine.privileged) throw needsRoot();
  const plan = planSandbox(policy, layers, machine.support);
  const filter = plan.expected.filter ? filterOf(layers, support) : undefined;
  if (filter !== undefined) refuseUnstartable(filter, standardError);
  const keep = [0, 1, 2, ...(policy.keepDescriptors ?? [])].sort((a, b) => a - b);
  return Uint8Array.from(startRecords(policy, plan, { ...command, env, keep, anyParent: true }));
}

function needsRoot(): Error {
  return sandboxError('not-permitted', 'plan', {
    what: 'the policy switches to another user, which only root can do',
    hint: 'Leave the user out, or run the command as root.',
  });
}

function filterOf({ seccomp }: LayerPolicies, support: SandboxSupport): LoadedFilter | undefined {
  const machine = machineOf(support);
  return seccomp && machine && { policy: seccomp, machine, execKey: undefined };
}

/** Neighbouring ABIs with the same records share them; the highest are also those of every newer kernel. */
function merged(documents: readonly (Machine & Pick<Document, 'records'>)[]): readonly Document[] {
  const found: Document[] = [];
  for (const { abi, privileged, records } of documents) {
    const before = found.at(-1);
    const isSame =
      before?.privileged === privileged && before.abi[1] === abi - 1 && Buffer.compare(before.records, records) === 0;
    if (isSame) found.pop();
    found.push({ abi: [isSame ? before.abi[0] : abi, abi], privileged, records });
  }
  const highest = Math.max(...documents.map(({ abi }) => abi));
  return found.map(({ abi: [low, high], privileged, records }) => ({
    abi: [low, high === highest ? anyLater : high],
    privileged,
    records,
  }));
}

/** Options that depend on a number of one start, or on a secret, cannot be in a file. */
function refuseOwn({ execOnce, privateGroup, tmp, cgroup }: SandboxPolicy): void {
  if (cgroup !== undefined)
    refuse('cgroup', 'cannot be compiled: sb-exec makes no cgroup', 'Leave it out, or use spawn().');
  if (tmp !== undefined)
    refuse('tmp', 'cannot be compiled: sb-exec creates no directory', 'Leave it out, or use spawn().');
  if (execOnce === true)
    refuse('execOnce', 'cannot be compiled: its key would be in the file', 'Leave it out, or use spawn().');
  const group: RequirementLevel = privateGroup ?? 'off';
  if (group !== 'off')
    refuse('privateGroup', 'cannot be compiled: every start would have the same group', 'Leave it out.');
}
