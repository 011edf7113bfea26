import { encodeRecord, type RequirementLevel, setRecordLength } from '@sb/core';

import { type RlimitName, rlimitNumbers, unlimited } from '../policy/rlimits.js';
import { ByteWriter } from './byte-writer.js';

/** A program that is executed by a descriptor, and its original place. */
export interface ProgramFile {
  /** Absolute. */
  readonly path: string;
  /** `st_dev` and `st_ino` of stat(2). */
  readonly device: bigint;
  readonly inode: bigint;
}

/** Descriptors of the files of a cgroup. */
export interface CgroupFiles {
  /** cgroup.procs. */
  readonly procs: number;
  /** cgroup.kill; undefined before Linux 5.14. */
  readonly kill: number | undefined;
  /** Whether no rule may grant writing to files of cgroups. Default: false */
  readonly isClosed?: boolean;
}

/** What the launcher does in addition to the layers, and which target it executes. */
export interface ProcessRecord {
  readonly newSession: boolean;
  readonly dieWithParent: boolean;
  /** Whether it joins a separate session keyring, as when the user changes. */
  readonly newKeyring: boolean;
  /** Whether a guardian ends its descendants, and whether nothing runs without a guardian. Default: `off`. */
  readonly guard?: RequirementLevel;
  /** The files of the cgroup that it joins, as descriptors that are in `keep`. Default: it stays in that of its parent. */
  readonly cgroup?: CgroupFiles | undefined;
  /** Whether the guardian ends the cgroup, and not what Landlock's scope distinguishes. Default: false. */
  readonly guardCgroup?: boolean;
  /** Whether the process that starts it waits for the guardian as well. Default: no, and init(1) must. */
  readonly guardBeside?: boolean;
  /** Process id of the parent, so that the launcher notices if it has died; 0 for any. */
  readonly parent: number;
  /** Whether the Landlock rules forbid writing to the file that the launcher tries. */
  readonly writeDenied: boolean;
  /** File mode creation mask; undefined leaves it unchanged. */
  readonly umask: number | undefined;
  /** Soft and hard limits alike. */
  readonly rlimits: Readonly<Partial<Record<RlimitName, number>>>;
  /** Descriptors that stay open, ascending. */
  readonly keep: readonly number[];
  /** Working directory; empty for that of this process. */
  readonly cwd: string;
  /** Absolute path of the target; or the number of a descriptor of a file without a name, which is kept until then. */
  readonly path: string | number;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The sixth argument of the launcher's `execveat`, by which a filter recognizes it. Default: none, which is 0. */
  readonly execKey?: bigint | undefined;
  /** The original of a target that is a copy: its user must be able to execute that. Default: none. */
  readonly original?: ProgramFile | undefined;
  /**
   * A descriptor on which a supervisor reports denied names; it and the next number are kept. Default: no supervisor.
   */
  readonly channel?: number | undefined;
}

const NEW_SESSION = 1;
const DIE_WITH_PARENT = 2;
const TARGET_DESCRIPTOR = 4;
const WRITE_DENIED = 8;
const EXEC_KEY = 16;
const ORIGINAL = 32;
const NEW_KEYRING = 64;
const GUARD = 128;
const GUARD_REQUIRED = 256;
const GUARD_BESIDE = 512;
const CGROUP = 1024;
const GUARD_CGROUP = 2048;
const NO_KILL = 0xffff_ffff;
const SUPERVISE = 4096;
const CGROUP_CLOSED = 8192;
const KEEP_UMASK = 0xffff_ffff;
const version = 1;

/**
 * A process record without its arguments, with the records after it: most starts of a sandbox differ only in the
 * arguments.
 */
export interface RecordFrame {
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  /** The layers' records. */
  readonly layers: Uint8Array;
}

/**
 * Encodes the process record; `native/launcher/launcher.h` describes the same bytes.
 *
 * @throws RangeError if a string contains a NUL, or if the record would exceed its limit
 */
export function encodeProcess(record: ProcessRecord): Uint8Array {
  return Uint8Array.from(processWithin(frameOf(record), record.argv).bytes());
}

function flagsOf(record: Omit<ProcessRecord, 'argv'>): number {
  return (
    (record.newSession ? NEW_SESSION : 0) |
    (record.dieWithParent ? DIE_WITH_PARENT : 0) |
    (typeof record.path === 'number' ? TARGET_DESCRIPTOR : 0) |
    (record.writeDenied ? WRITE_DENIED : 0) |
    (record.execKey === undefined ? 0 : EXEC_KEY) |
    (record.original === undefined ? 0 : ORIGINAL) |
    (record.newKeyring ? NEW_KEYRING : 0) |
    (record.cgroup === undefined ? 0 : CGROUP) |
    (record.cgroup?.isClosed === true ? CGROUP_CLOSED : 0) |
    (record.channel === undefined ? 0 : SUPERVISE) |
    guardFlags(record)
  );
}

function guardFlags({ guard = 'off', guardBeside = false, guardCgroup = false }: Omit<ProcessRecord, 'argv'>): number {
  if (guard === 'off') return 0;
  return (
    (guardCgroup ? GUARD_CGROUP : GUARD) | (guard === 'require' ? GUARD_REQUIRED : 0) | (guardBeside ? GUARD_BESIDE : 0)
  );
}

/**
 * Encodes all of a process record except for its arguments.
 *
 * @param layers - the records after it, from {@link joinRecords}
 * @throws RangeError as `encodeProcess`
 */
export function frameOf(record: Omit<ProcessRecord, 'argv'>, layers: Uint8Array = new Uint8Array()): RecordFrame {
  const flags = flagsOf(record);
  const limits = Object.entries(record.rlimits) as [RlimitName, number][];
  const fields = new ByteWriter()
    .u32(record.parent)
    .u32(record.umask ?? KEEP_UMASK)
    .u32(limits.length);
  for (const [name, value] of limits) {
    const limit = value === Number.POSITIVE_INFINITY ? unlimited : BigInt(value);
    fields.u32(rlimitNumbers[name]).u32(0).u64(limit).u64(limit);
  }
  fields.u32(record.keep.length);
  for (const descriptor of record.keep) fields.u32(descriptor);
  fields.text(record.cwd).text(String(record.path));
  const head = encodeRecord({ layer: 'process', version, flags, payload: fields.bytes() });
  const rest = new ByteWriter().texts(Object.entries(record.env).map(([name, value]) => `${name}=${value}`));
  if (record.execKey !== undefined) rest.u64(record.execKey);
  const { original } = record;
  if (original !== undefined) rest.u64(original.device).u64(original.inode).text(original.path);
  if (record.cgroup !== undefined) rest.u32(record.cgroup.procs).u32(record.cgroup.kill ?? NO_KILL);
  if (record.channel !== undefined) rest.u32(record.channel);
  return { head, tail: Uint8Array.from(rest.bytes()), layers };
}

/**
 * Puts arguments into a frame.
 *
 * @returns all records; copy them before anything else is encoded
 * @throws RangeError as `encodeProcess`
 */
export function encodeWithin(frame: RecordFrame, argv: readonly string[]): Uint8Array {
  return processWithin(frame, argv).pad(recordAlignment).raw(frame.layers).bytes();
}

function processWithin({ head, tail }: RecordFrame, argv: readonly string[]): ByteWriter {
  const writer = new ByteWriter().raw(head).texts(argv).raw(tail);
  setRecordLength(writer.bytes());
  return writer;
}

/** Each record begins at a multiple of this many bytes. */
const recordAlignment = 8;

/** Puts records one after the other, each at its alignment; their layers must ascend. */
export function joinRecords(records: readonly Uint8Array[]): Uint8Array {
  const writer = new ByteWriter();
  for (const record of records) writer.raw(record).pad(recordAlignment);
  return Uint8Array.from(writer.bytes());
}
