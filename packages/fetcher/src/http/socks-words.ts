/** The messages of SOCKS: version 4 with names (SOCKS 4A), version 5 (RFC 1928) and its passwords (RFC 1929). */
import { isIPv4, isIPv6 } from 'node:net';

import { TransferFailure } from '../errors/transfer-failure.js';

/** Where a proxy is to connect to: an address, or a name that it looks up. */
export interface SocksTarget {
  readonly host: string;
  readonly port: number;
}

/** The supported ways to authenticate (RFC 1928, 3). */
export const methods = { none: 0, password: 2 } as const;

/** The first message of version 5: the possible ways to authenticate. */
export function greeting(hasPassword: boolean): Buffer {
  return Buffer.from(hasPassword ? [5, 2, methods.none, methods.password] : [5, 1, methods.none]);
}

/** User and password (RFC 1929, 2); each has at most 255 bytes. */
export function passwordWord(user: string, password: string): Buffer {
  return Buffer.concat([Buffer.from([1]), counted(user), counted(password)]);
}

/** The request of version 5 for a connection (RFC 1928, 4). */
export function request5({ host, port }: SocksTarget): Buffer {
  return Buffer.concat([Buffer.from([5, 1, 0]), address5(host), portBytes(port)]);
}

/**
 * The request of version 4 for a connection. A name follows an invalid address.
 *
 * @param user - empty: no user
 */
export function request4({ host, port }: SocksTarget, user: string): Buffer {
  const isAddress = isIPv4(host);
  const address = isAddress ? addressBytes(host) : Buffer.from([0, 0, 0, 1]);
  const words = [Buffer.from([4, 1]), portBytes(port), address, Buffer.from(`${user}\0`)];
  return Buffer.concat(isAddress ? words : [...words, Buffer.from(`${host}\0`)]);
}

function address5(host: string): Buffer {
  if (isIPv4(host)) return Buffer.concat([Buffer.from([1]), addressBytes(host)]);
  if (isIPv6(host)) return Buffer.concat([Buffer.from([4]), address6Bytes(host)]);
  return Buffer.concat([Buffer.from([3]), counted(host)]);
}

function counted(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length > 255)
    throw new TransferFailure('proxy', 'SOCKS permits at most 255 bytes for a user, a password or a name');
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

function portBytes(port: number): Buffer {
  return Buffer.from([port >> 8, port & 0xff]);
}

function addressBytes(host: string): Buffer {
  return Buffer.from(host.split('.').map(Number));
}

/** The eight groups of an address, two of its hexadecimal digits a byte. URL writes it in its canonical form. */
function address6Bytes(host: string): Buffer {
  const { hostname } = new URL(`http://[${host.split('%')[0] ?? ''}]/`);
  const [head = '', tail] = hostname.slice(1, -1).split('::');
  const groups = (text: string): readonly string[] => (text === '' ? [] : text.split(':'));
  const [first, last] = [groups(head), groups(tail ?? '')];
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => '0');
  const all = tail === undefined ? first : [...first, ...zeros, ...last];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

/** Why a proxy of version 5 did not connect (RFC 1928, 6); other replies have no further meaning. */
export const reasons5: Readonly<Record<number, string>> = {
  3: 'its network is unreachable',
  4: 'the host is unreachable',
  5: 'nothing listens there',
  6: 'no answer in time',
};

/** The reply of version 5 for a connection that its rules forbid. */
export const forbidden5 = 2;
