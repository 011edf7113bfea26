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
const [ownAddress, otherAddress, ownerColumn, inodeColumn] = [1, 2, 7, 9] as const;

/** The inode of a connection that no process holds any more. Its owner reads 0 then, for each user. */
const noInode = '0';

/** `Seccomp` of proc_pid_status(5) for a filter. */
const filtered = 2;

/** The two ends of a connection on 127.0.0.1, as the server has them; a `Socket` of node:net is one. */
export interface Ends {
  /** The port of the server. */
  readonly localPort?: number | undefined;
  /** The port of the peer; undefined if it has disconnected. */
  readonly remotePort?: number | undefined;
}

export function askerAt(ends: Ends): Asker {
  const columns = unlessGone(() => socketAt(ends));
  if (columns === undefined) return { uid: undefined, rights: undefined };
  return { uid: Number(columns[ownerColumn]), rights: rightsOfHolder(`socket:[${columns[inodeColumn]}]`) };
}

/** The end of the peer. Its port alone is not enough: a port may be that of connections to several servers. */
function socketAt({ localPort, remotePort }: Ends): readonly string[] | undefined {
  if (localPort === undefined || remotePort === undefined) return undefined;
  const [own, other] = [loopback(remotePort), loopback(localPort)];
  return readKernelFile('/proc/self/net/tcp')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find((row) => row[ownAddress] === own && row[otherAddress] === other && row[inodeColumn] !== noInode);
}

/** An address as /proc/net/tcp has it: in hexadecimal, the least byte of the host first. */
function loopback(port: number): string {
  return `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
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
