import type { RequirementLevel } from '@sb/core';
import { allows } from '@sb/landlock';

import { absolutePath } from '../policy/absolute-path.js';
import { sandboxError } from '../errors.js';
import type { SandboxPolicy } from '../policy/options.js';
import type { SandboxPlan } from '../plan/plan.js';
import { descendantsName } from '../plan/descendants.js';
import { rlimitsOf } from '../plan/process-features.js';
import { partsOf } from '../policy/define.js';
import { levelOf } from '../policy/levels.js';
import {
  type CgroupFiles,
  encodeWithin,
  frameOf,
  joinRecords,
  type ProcessRecord,
  type ProgramFile,
  type RecordFrame,
} from './process-record.js';

/** One start of one program: everything that the sandbox does not determine. */
export interface Start {
  /** Absolute path, or the number of a descriptor that is kept until the target is executed. */
  readonly path: string | number;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Descriptors that the target has, ascending. */
  readonly keep: readonly number[];
  /** Working directory. Default: the policy's. */
  readonly cwd?: string | undefined;
  /** The process that will start it is unknown, so the launcher cannot check whether that still exists. */
  readonly anyParent?: boolean;
  /** The key by which the filter recognizes the launcher's exec. */
  readonly execKey?: bigint | undefined;
  /** The original of `path`, if that is a copy. */
  readonly original?: ProgramFile | undefined;
  /** The files of its cgroup, by their numbers in the child. */
  readonly cgroup?: CgroupFiles | undefined;
  /** Where a supervisor reports, which has this descriptor and the next. */
  readonly channel?: number | undefined;
}

/**
 * Encodes everything that the launcher needs for one start.
 *
 * @returns the bytes; pass them on before another start is encoded
 * @throws SandboxError `invalid-policy` if a text contains a NUL, or if the process record would exceed 1 MiB
 */
export function startRecords(policy: SandboxPolicy, plan: SandboxPlan, start: Start): Uint8Array {
  const fixed = fixedOf(policy, plan);
  const { path, env, keep, execKey, original, cgroup, channel, anyParent = false } = start;
  const folder = start.cwd ?? policy.cwd;
  const cwd = folder === undefined ? '' : absolutePath(folder);
  const parent = anyParent ? 0 : process.pid;
  const guard = guardOf(policy, plan, cgroup !== undefined);
  const varying = {
    path,
    env,
    keep,
    execKey,
    original,
    cwd,
    parent,
    cgroup,
    channel,
    ...guard,
    guardBeside: !anyParent,
  };
  try {
    if (fixed.last === undefined || !isSame(fixed.last.varying, varying))
      fixed.last = { varying, frame: frameOf({ ...fixed.settings, ...varying }, fixed.layers) };
    return encodeWithin(fixed.last.frame, start.argv);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw tooMuch(error);
  }
}

type Varying = Pick<
  ProcessRecord,
  | 'path'
  | 'env'
  | 'keep'
  | 'execKey'
  | 'original'
  | 'cwd'
  | 'parent'
  | 'cgroup'
  | 'channel'
  | 'guard'
  | 'guardCgroup'
  | 'guardBeside'
>;

/** The encoded parts of a plan. */
interface Fixed {
  readonly settings: Omit<ProcessRecord, keyof Varying | 'argv'>;
  /** The layers' records. */
  readonly layers: Uint8Array;
  last: LastStart | undefined;
}

/** The last encoded start: as a rule the next one differs only in its arguments. */
interface LastStart {
  readonly varying: Varying;
  readonly frame: RecordFrame;
}

const plans = new WeakMap<SandboxPlan, Fixed>();

function fixedOf(policy: SandboxPolicy, plan: SandboxPlan): Fixed {
  const known = plans.get(plan);
  if (known !== undefined) return known;
  const { newSession = true, dieWithParent = true, umask } = policy;
  const limits = Object.entries(rlimitsOf(policy));
  const rlimits = Object.fromEntries(limits.map(([name, limit]) => [name, limit === 'unlimited' ? Infinity : limit]));
  const newKeyring = plan.features.some(({ feature, state }) => feature === 'session_keyring' && state === 'enforced');
  const settings = { newSession, dieWithParent, newKeyring, writeDenied: isWriteDenied(plan), umask, rlimits };
  const made = { settings, layers: joinRecords(plan.records), last: undefined };
  plans.set(plan, made);
  return made;
}

/**
 * By the plan: without a cgroup, and without the scope that a guardian needs then, the launcher does not start one. A
 * command that others start has no cgroup.
 */
function guardOf(
  policy: SandboxPolicy,
  { features, expected }: SandboxPlan,
  hasCgroup: boolean,
): { readonly guard: RequirementLevel; readonly guardCgroup: boolean } {
  const isOn = features.some(({ feature, state }) => feature === 'descendants' && state === 'enforced');
  const byCgroup = expected.cgroup?.ends === true;
  if (!isOn || (byCgroup && !hasCgroup)) return { guard: 'off', guardCgroup: false };
  return { guard: levelOf(partsOf(policy).levels, descendantsName), guardCgroup: byCgroup };
}

function isSame(a: Varying, b: Varying): boolean {
  const isSameTarget = a.path === b.path && a.original === b.original && a.env === b.env && a.keep === b.keep;
  const isSameCgroup = a.cgroup?.procs === b.cgroup?.procs && a.cgroup?.kill === b.cgroup?.kill;
  return (
    isSameTarget &&
    isSameCgroup &&
    a.channel === b.channel &&
    a.execKey === b.execKey &&
    a.cwd === b.cwd &&
    a.parent === b.parent
  );
}

/** The file that the launcher opens for writing, to test whether its rules are enforced (native/launcher/prove.h). */
const proofFile = '/dev/full';

function isWriteDenied({ expected: { landlock } }: SandboxPlan): boolean {
  return landlock !== undefined && !allows(landlock, { path: proofFile, right: 'write_file' }).allowed;
}

function tooMuch({ message }: RangeError): Error {
  return sandboxError('invalid-policy', 'records', {
    what: `cannot pass the arguments and the environment to the launcher: ${message}`,
    hint: 'They must not contain a NUL, and have up to 1 MiB together. The target was not run.',
  });
}
