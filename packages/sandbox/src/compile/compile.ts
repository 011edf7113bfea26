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

/** What a compiled sandbox is for. */
export interface CompileOptions {
  /** Path of sb-exec, for the file's first line. At most 61 bytes. Default: `/usr/bin/sb-exec` */
  readonly interpreter?: string;
}

/** What is compiled. */
export interface Compiled {
  readonly policy: SandboxPolicy;
  readonly layers: LayerPolicies;
  readonly support: SandboxSupport;
  /** The command where the file names one: absolute path, name and arguments. */
  readonly command: (Pick<Start, 'argv'> & { readonly path: string }) | undefined;
  readonly env: Readonly<Record<string, string>>;
}

/** The highest number that the file has room for: any kernel newer than the policy. */
const anyLater = 0xffff;

/** A command that the file does not name yet. */
const placeholder = { path: '/', argv: ['-'] } as const;

/** Where sb-exec tells of a failure. */
const standardError = 2;

/**
 * Makes the file that sb-exec applies: the launcher's records for every kernel and process that the policy can be enforced
 * on. What is required there and can't be had has no records, so that sb-exec refuses.
 *
 * @throws SandboxError `invalid-policy` for what only a start by this process can have, and the layers' own errors where
 *   the policy can be enforced nowhere
 */
export function compileSandbox(compiled: Compiled, { interpreter = usualInterpreter }: CompileOptions = {}): Buffer {
  refuseOwn(compiled.policy);
  // Once for all starts: each call is shown to be answered as the policy says.
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
  // The last of root's: the newest kernel, with the most rights.
  if (documents.length === 0) throw obstacles[compiled.layers.landlock?.abi ?? 0] ?? obstacles[0];
  const hasCommand = compiled.command !== undefined;
  return compiledFile(merged(documents), { hasCommand, interpreter });
}

function recordsFor({ policy, layers, support, command = placeholder, env }: Compiled, machine: Machine): Uint8Array {
  // Who it stays is not known, so only root, which can become anybody, becomes somebody.
  if (policy.user !== undefined && !machine.privileged) throw needsRoot();
  const plan = planSandbox(policy, layers, machine.support);
  const filter = plan.expected.filter ? filterOf(layers, support) : undefined;
  if (filter !== undefined) refuseUnstartable(filter, standardError);
  const keep = [0, 1, 2, ...(policy.keepDescriptors ?? [])].sort((a, b) => a - b);
  return Uint8Array.from(startRecords(policy, plan, { ...command, env, keep, anyParent: true }));
}

function needsRoot(): Error {
  return sandboxError('not-permitted', 'plan', {
    what: 'the policy changes the user, and only root can',
    hint: 'Leave the user out, or run it as root.',
  });
}

function filterOf({ seccomp }: LayerPolicies, support: SandboxSupport): LoadedFilter | undefined {
  const machine = machineOf(support);
  return seccomp && machine && { policy: seccomp, machine, execKey: undefined };
}

/** Neighbours in ABI that have the same records share them; the highest are those of every newer kernel as well. */
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

/** What holds by a number that only one start knows, or that nobody else may have, can't lie in a file. */
function refuseOwn({ execOnce, privateGroup, tmp }: SandboxPolicy): void {
  if (tmp !== undefined) refuse('tmp', 'can not be compiled: sb-exec makes no folder', 'Leave it out, or use spawn().');
  if (execOnce === true)
    refuse('execOnce', 'can not be compiled: its key would lie in the file', 'Leave it out, or use spawn().');
  const group: RequirementLevel = privateGroup ?? 'off';
  if (group !== 'off')
    refuse('privateGroup', 'can not be compiled: every start would have the same group', 'Leave it out.');
}
