import { readKernelFile } from '@sb/core';

/** Columns of /proc/net/tcp (proc_pid_net(5)): number, own address, the other one, state, ..., uid. */
const [ownAddress, ownerColumn] = [1, 7] as const;

/**
 * Whose socket the other end of a connection is, by the kernel.
 *
 * @param port - of that end, on 127.0.0.1
 * @returns a uid; undefined where the kernel doesn't show it
 */
export function ownerOfSocket(port: number | undefined): number | undefined {
  if (port === undefined) return undefined;
  const wanted = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  try {
    const rows = readKernelFile('/proc/self/net/tcp')
      .split('\n')
      .map((line) => line.trim().split(/\s+/));
    const row = rows.find((columns) => columns[ownAddress] === wanted);
    return row === undefined ? undefined : Number(row[ownerColumn]);
  } catch {
    return undefined;
  }
}
