import { readKernelFile } from '@sb/core';

/** The capability that low ports need. */
export const bindService = 'cap_net_bind_service';

/**
 * Whether a program with these capabilities may not bind a port, since it is a low one.
 *
 * @param port - where 0 means any free port
 * @param kept - what it is permitted; undefined if nothing is known
 * @see ip(7), ip_unprivileged_port_start
 */
export function isTooLow(port: number, kept: readonly string[] | undefined): boolean {
  return port !== 0 && kept !== undefined && !kept.includes(bindService) && port < firstFreePort();
}

function firstFreePort(): number {
  try {
    return Number(readKernelFile('/proc/sys/net/ipv4/ip_unprivileged_port_start').trim());
  } catch {
    return 1024;
  }
}
