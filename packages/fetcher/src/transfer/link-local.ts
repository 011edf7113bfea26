import { BlockList, isIPv6, type LookupFunction } from 'node:net';

import { TransferFailure } from './failure.js';

/**
 * Addresses that mean this very machine's link, where clouds answer what a machine may know about itself, keys included:
 * 169.254.169.254 and its like (RFC 3927), link-local IPv6 (RFC 4291, 2.5.6), in each way of writing the first as the
 * second, and the one address of EC2 that is no link-local one.
 */
const addresses = new BlockList();
addresses.addSubnet('169.254.0.0', 16, 'ipv4');
addresses.addSubnet('fe80::', 10, 'ipv6');
addresses.addAddress('fd00:ec2::254', 'ipv6');
// IPv4-mapped, IPv4-compatible (RFC 4291, 2.5.5), NAT64 (RFC 6052) and 6to4 (RFC 3056).
for (const prefix of ['::ffff:', '::', '64:ff9b::']) addresses.addSubnet(`${prefix}a9fe:0`, 112, 'ipv6');
addresses.addSubnet('2002:a9fe::', 32, 'ipv6');

/**
 * Whether a host is written as such an address.
 *
 * @param hostname - of a URL, or an address
 */
export function isLinkLocal(hostname: string): boolean {
  const [address = ''] = hostname.replace(/^\[(.*)\]$/, '$1').split('%');
  return addresses.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** Why a redirect to a host is not followed. */
export function linkLocalRefusal(hostname: string): TransferFailure {
  return new TransferFailure(
    'redirect',
    `A redirect leads to ${hostname}, a link-local address, which is not followed`,
  );
}

/**
 * A look-up that gives no such address: whose name server is asked may answer with one at any time, so what is looked at
 * is what is connected to.
 */
export function guardedLookup(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, options, (error, found, family) => {
      const all = typeof found === 'string' ? [found] : (found ?? []).map(({ address }) => address);
      if (error === null && all.some((address) => isLinkLocal(address))) callback(linkLocalRefusal(hostname), '', 0);
      else callback(error, found, family);
    });
  };
}
