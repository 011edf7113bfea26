import { listKernelFolder, readAllTasks, readKernelFile, readKernelLink } from '@sb/core';

/** The peer of a connection, as the kernel shows it. */
export interface Asker {
  /** Owner of the socket; undefined if the kernel does not show it. */
  readonly uid: number | undefined;
  /** The rights of its process; undefined if an ordinary user may not see them. */
  readonly rights: Rights | undefined;
}

/** The rights of a process, all of its threads together. */
export interface Rights {
  /** Whether a thread has an effective or permitted capability. */
  readonly hasCapabilities: boolean;
  /** Whether each thread has a filter of system calls (seccomp(2)). */
  readonly isFiltered: boolean;
}

/**
 * Columns of /proc/net/tcp (proc_pid_net(5)): number, local address, remote address, state, ..., uid, time-out, inode.
 */
const [ownAddress, ownerColumn, inodeColumn] = [1, 7, 9] as const;

/** `Seccomp` of proc_pid_status(5) for a filter. */
const filtered = 2;

/** @param port - of the peer, on 127.0.0.1 */
export function askerAt(port: number | undefined): Asker {
  const columns = port === undefined ? undefined : unlessGone(() => socketAt(port));
  if (columns === undefined) return { uid: undefined, rights: undefined };
  return { uid: Number(columns[ownerColumn]), rights: rightsOfHolder(`socket:[${columns[inodeColumn]}]`) };
}

function socketAt(port: number): readonly string[] | undefined {
  const wanted = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = readKernelFile('/proc/self/net/tcp')
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  return rows.find((columns) => columns[ownAddress] === wanted);
}

function rightsOfHolder(socket: string): Rights | undefined {
  const pids = (unlessGone(() => listKernelFolder('/proc')) ?? []).filter((name) => /^\d+$/.test(name));
  const holder = pids.find((pid) => {
    const descriptors = unlessGone(() => listKernelFolder(`/proc/${pid}/fd`)) ?? [];
    return descriptors.some((name) => unlessGone(() => readKernelLink(`/proc/${pid}/fd/${name}`)) === socket);
  });
  if (holder === undefined) return undefined;
  const tasks = unlessGone(() => readAllTasks(Number(holder))) ?? [];
  if (tasks.length === 0) return undefined;
  return {
    hasCapabilities: tasks.some(({ capEff, capPrm, capInh, capAmb }) => (capEff | capPrm | capInh | capAmb) !== 0n),
    isFiltered: tasks.every(({ seccomp }) => seccomp === filtered),
  };
}

/** Processes come and go while they are examined, and not every user may examine each. */
function unlessGone<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
