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
  encodeWithin,
  frameOf,
  joinRecords,
  type ProcessRecord,
  type ProgramFile,
  type RecordFrame,
} from './process-record.js';

/** One start of one program: all that is not the sandbox's. */
export interface Start {
  /** Absolute path, or the number of a descriptor that is kept until the target is executed. */
  readonly path: string | number;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Descriptors that the target has, ascending. */
  readonly keep: readonly number[];
  /** Working directory. Default: the policy's. */
  readonly cwd?: string | undefined;
  /** Whoever starts it is not known, so the launcher can't tell whether that one is still there. */
  readonly anyParent?: boolean;
  /** What the filter knows the launcher's own exec by. */
  readonly execKey?: bigint | undefined;
  /** What `path` is a copy of. */
  readonly original?: ProgramFile | undefined;
}

/**
 * Everything that the launcher has to know for one start, as the bytes that it reads.
 *
 * @returns the bytes, to be handed over before another start is encoded
 * @throws SandboxError `invalid-policy` if a text holds a NUL, or the process record would exceed 1 MiB
 */
export function startRecords(policy: SandboxPolicy, plan: SandboxPlan, start: Start): Uint8Array {
  const fixed = fixedOf(policy, plan);
  const { path, env, keep, execKey, original, anyParent = false } = start;
  const folder = start.cwd ?? policy.cwd;
  const cwd = folder === undefined ? '' : absolutePath(folder);
  const parent = anyParent ? 0 : process.pid;
  const varying = { path, env, keep, execKey, original, cwd, parent, guardBeside: !anyParent };
  try {
    if (fixed.last === undefined || !isSame(fixed.last.varying, varying))
      fixed.last = { varying, frame: frameOf({ ...fixed.settings, ...varying }, fixed.layers) };
    return encodeWithin(fixed.last.frame, start.argv);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw tooMuch(error);
  }
}

type Varying = Pick<ProcessRecord, 'path' | 'env' | 'keep' | 'execKey' | 'original' | 'cwd' | 'parent' | 'guardBeside'>;

/** What a plan has encoded. */
interface Fixed {
  readonly settings: Omit<ProcessRecord, keyof Varying | 'argv'>;
  /** The layers' records. */
  readonly layers: Uint8Array;
  last: LastStart | undefined;
}

/** What was encoded last: as a rule the next start differs in its arguments only. */
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
  const guard = guardOf(policy, plan);
  const settings = { newSession, dieWithParent, newKeyring, guard, writeDenied: isWriteDenied(plan), umask, rlimits };
  const made = { settings, layers: joinRecords(plan.records), last: undefined };
  plans.set(plan, made);
  return made;
}

/** By the plan: without the scope that it takes nothing is asked of the launcher. */
function guardOf(policy: SandboxPolicy, { features }: SandboxPlan): RequirementLevel {
  const isOn = features.some(({ feature, state }) => feature === 'descendants' && state === 'enforced');
  return isOn ? levelOf(partsOf(policy).levels, descendantsName) : 'off';
}

function isSame(a: Varying, b: Varying): boolean {
  const isSameTarget = a.path === b.path && a.original === b.original && a.env === b.env && a.keep === b.keep;
  return isSameTarget && a.execKey === b.execKey && a.cwd === b.cwd && a.parent === b.parent;
}

/** What the launcher opens for writing, to see whether its rules hold (native/launcher/prove.h). */
const proofFile = '/dev/full';

function isWriteDenied({ expected: { landlock } }: SandboxPlan): boolean {
  return landlock !== undefined && !allows(landlock, { path: proofFile, right: 'write_file' }).allowed;
}

function tooMuch({ message }: RangeError): Error {
  return sandboxError('invalid-policy', 'records', {
    what: `the arguments and the environment can't be handed over: ${message}`,
    hint: 'They hold no NUL and take up to 1 MiB together. The target was not run.',
  });
}
