import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Who holds a connection to a server, as the kernel tells anyone who looks. */
export interface Observation {
  /** Owner of the socket by `/proc/net/tcp`. */
  readonly socketUid: number;
  /** Who every thread of the process that holds it is, and what confines it. */
  readonly threads: readonly string[];
}

const ESTABLISHED = '01';

/** The processes that are connected to a port of loopback right now, except the one that listens there. */
export function observeConnections(port: number): readonly Observation[] {
  const remote = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const sockets = readFileSync('/proc/net/tcp', 'latin1')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , to, state]) => to === remote && state === ESTABLISHED);
  return sockets.flatMap(([, , , , , , , uid, , inode]) => {
    const pid = holderOf(`socket:[${inode}]`);
    return pid === undefined ? [] : [{ socketUid: Number(uid), threads: threadsOf(pid) }];
  });
}

/** The newest processes are looked at first: it is one that has just begun, and there may be hundreds. */
function holderOf(target: string): string | undefined {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .toReversed()
    .find((pid) =>
      quietly(() => readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === target)),
    );
}

function threadsOf(pid: string): readonly string[] {
  const read = () =>
    readdirSync(`/proc/${pid}/task`).map((tid) => {
      const text = readFileSync(`/proc/${pid}/task/${tid}/status`, 'latin1');
      return ['Uid', 'Gid', 'Groups', 'CapEff', 'CapBnd', 'NoNewPrivs', 'Seccomp']
        .map((name) => new RegExp(`^${name}:[ \\t]*(.*?)\\s*$`, 'm').exec(text)?.[1])
        .join(' | ');
    });
  return quietly(read) ?? [];
}

/** Processes come and go while they are looked at. */
function quietly<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
