import { closeSync, readSync } from 'node:fs';

import { errorCode } from './errno.js';
import { listKernelFolder, openKernelFile, readQuickly } from './kernel-file.js';

/** Real, effective, saved set and file-system id, in the order of `/proc/<pid>/status`. */
export type FourIds = readonly [real: number, effective: number, saved: number, filesystem: number];

/** What the kernel reports about one thread (`proc_pid_status(5)`). Capability sets are 64-bit masks. */
export interface TaskStatus {
  readonly tid: number;
  /** Number of its session in the same namespace as `tid`; absent before Linux 4.1, which does not report it. */
  readonly session?: number;
  readonly uid: FourIds;
  readonly gid: FourIds;
  readonly groups: readonly number[];
  readonly capInh: bigint;
  readonly capPrm: bigint;
  readonly capEff: bigint;
  readonly capBnd: bigint;
  readonly capAmb: bigint;
  readonly noNewPrivs: boolean;
  /** 0 none, 1 strict, 2 filter. */
  readonly seccomp: number;
  /** How many filters are stacked; 0 before Linux 5.9, which does not report it. */
  readonly seccompFilters: number;
}

/**
 * Reads what the kernel reports about a process, or about one of its threads.
 *
 * @param pid - process id, or `'self'`
 * @param tid - thread id; default: the thread-group leader
 * @throws the error of open(2) or read(2), with code `ENOENT` or `ESRCH` if the task does not exist
 */
export function readTaskStatus(pid: number | 'self', tid?: number): TaskStatus {
  const path = tid === undefined ? `/proc/${pid}/status` : `/proc/${pid}/task/${tid}/status`;
  return parseTaskStatus(readProcFile(path));
}

/**
 * As `readKernelFile`, in half the time. It does not ask for the size, which such a file does not have, and it reuses its buffer.
 * It stops after a short read, which is the end of a file of one record (Documentation/filesystems/seq_file.rst).
 */
function readProcFile(path: string): string {
  const known = readQuickly(path, buffer);
  if (known !== undefined) return buffer.toString('latin1', 0, known);
  const descriptor = openKernelFile(path);
  try {
    let text = '';
    for (let length = buffer.length; length === buffer.length;) {
      length = readSync(descriptor, buffer, 0, buffer.length, null);
      text += buffer.toString('latin1', 0, length);
    }
    return text;
  } finally {
    closeSync(descriptor);
  }
}

const buffer = Buffer.allocUnsafeSlow(8192);

/**
 * Reads the status of every thread of a process. A thread that ends while they are read is left out.
 *
 * @param pid - process id, or `'self'`
 */
export function readAllTasks(pid: number | 'self'): readonly TaskStatus[] {
  const tasks: TaskStatus[] = [];
  for (const tid of listKernelFolder(`/proc/${pid}/task`)) {
    try {
      tasks.push(readTaskStatus(pid, Number(tid)));
    } catch (error) {
      const code = errorCode(error);
      if (code !== 'ENOENT' && code !== 'ESRCH') throw error;
    }
  }
  return tasks;
}

/**
 * Parses the text of a `status` file.
 *
 * @param text - the whole file
 * @throws Error if a line that every supported kernel writes is missing
 */
export function parseTaskStatus(text: string): TaskStatus {
  const known = rightsText(text);
  // Tasks of a process have the same text. Parsing it once makes the start of a process a tenth shorter.
  if (last?.text !== known) last = { text: known, rights: parseRights(text) };
  const session = /^NSsid:\s*(\d+)/m.exec(text)?.[1];
  return {
    tid: Number(/^Pid:\s*(\d+)/m.exec(text)?.[1] ?? missing('Pid')),
    ...(session === undefined ? {} : { session: Number(session) }),
    ...last.rights,
  };
}

type Rights = Omit<TaskStatus, 'tid' | 'session'>;

let last: { readonly text: string; readonly rights: Rights } | undefined;

/** Returns the lines from `Uid` to `Groups` and from `CapInh` to `Seccomp_filters`; those between them change. */
function rightsText(text: string): string {
  const ids = text.indexOf('\nUid:');
  const sets = text.indexOf('\nCapInh:', ids);
  const ends = [text.indexOf('\nNStgid:', ids), text.indexOf('\nCpus_allowed:', sets)] as const;
  return ids < 0 || ends[0] < 0 || sets < ends[0] || ends[1] < 0
    ? text
    : text.slice(ids, ends[0]) + text.slice(sets, ends[1]);
}

function missing(name: string): never {
  throw new Error(`the kernel's task status has no line ${name}`);
}

function parseRights(text: string): Rights {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const field = (name: string): string => {
    const value = fields.get(name);
    return value ?? missing(name);
  };
  const numbers = (name: string): number[] => field(name).split(/\s+/).filter(Boolean).map(Number);
  const ids = (name: string): FourIds => {
    const [real, effective, saved, filesystem, ...rest] = numbers(name);
    if (
      real === undefined ||
      effective === undefined ||
      saved === undefined ||
      filesystem === undefined ||
      rest.length > 0
    ) {
      throw new Error(`the kernel's task status has a line ${name} without four ids`);
    }
    return [real, effective, saved, filesystem];
  };
  const mask = (name: string): bigint => BigInt(`0x${field(name)}`);
  return {
    uid: ids('Uid'),
    gid: ids('Gid'),
    groups: numbers('Groups'),
    capInh: mask('CapInh'),
    capPrm: mask('CapPrm'),
    capEff: mask('CapEff'),
    capBnd: mask('CapBnd'),
    capAmb: mask('CapAmb'),
    noNewPrivs: field('NoNewPrivs') === '1',
    seccomp: Number(field('Seccomp')),
    seccompFilters: Number(fields.get('Seccomp_filters') ?? 0),
  };
}
