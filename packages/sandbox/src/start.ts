import { resolve } from 'node:path';

import { allows } from '@sb/landlock';

import { sandboxError } from './errors.js';
import type { SandboxPolicy } from './options.js';
import type { SandboxPlan } from './plan.js';
import { rlimitsOf } from './process-features.js';
import { encodeProcess, joinRecords, type ProcessRecord } from './process-record.js';

/** One start of one program: all that is not the sandbox's. */
export interface Start {
  /** Absolute path, or the number of a descriptor that is kept until the target is executed. */
  readonly path: string | number;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Descriptors that the target has, ascending. */
  readonly keep: readonly number[];
  /** Whoever starts it is not known, so the launcher can't tell whether that one is still there. */
  readonly anyParent?: boolean;
  /** What the filter knows the launcher's own exec by. */
  readonly execKey?: bigint | undefined;
}

/**
 * Everything that the launcher has to know for one start, as the bytes that it reads.
 *
 * @throws SandboxError `invalid-policy` if a text holds a NUL, or the process record would exceed 1 MiB
 */
export function startRecords(policy: SandboxPolicy, plan: SandboxPlan, start: Start): Uint8Array {
  const { newSession = true, dieWithParent = true, umask, cwd } = policy;
  const limits = Object.entries(rlimitsOf(policy));
  const record = encoded({
    newSession,
    dieWithParent,
    parent: start.anyParent === true ? 0 : process.pid,
    writeDenied: isWriteDenied(plan),
    umask,
    rlimits: Object.fromEntries(limits.map(([name, limit]) => [name, limit === 'unlimited' ? Infinity : limit])),
    keep: start.keep,
    cwd: cwd === undefined ? '' : resolve(cwd),
    path: start.path,
    argv: start.argv,
    env: start.env,
    execKey: start.execKey,
  });
  return joinRecords([record, layersOf(plan)]);
}

/** What the launcher opens for writing, to see whether its rules hold (native/launcher/prove.h). */
const proofFile = '/dev/full';

const writeDenied = new WeakMap<SandboxPlan, boolean>();

function isWriteDenied(plan: SandboxPlan): boolean {
  const { landlock } = plan.expected;
  if (landlock === undefined) return false;
  const known = writeDenied.get(plan) ?? !allows(landlock, { path: proofFile, right: 'write_file' }).allowed;
  writeDenied.set(plan, known);
  return known;
}

/** The layers' records, which are the same for every start. */
const joined = new WeakMap<SandboxPlan, Uint8Array>();

function layersOf(plan: SandboxPlan): Uint8Array {
  const known = joined.get(plan) ?? joinRecords(plan.records);
  joined.set(plan, known);
  return known;
}

function encoded(record: ProcessRecord): Uint8Array {
  try {
    return encodeProcess(record);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw sandboxError('invalid-policy', 'records', {
      what: `the arguments and the environment can't be handed over: ${error.message}`,
      hint: 'They hold no NUL and take up to 1 MiB together. The target was not run.',
    });
  }
}
