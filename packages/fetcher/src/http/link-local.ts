import { BlockList, isIPv6, type LookupFunction } from 'node:net';

import { TransferFailure } from '../errors/transfer-failure.js';

/** Link-local IPv4 (RFC 3927), for instance 169.254.169.254. */
const network = { address: '169.254.0.0', bits: 16 };

/** Metadata addresses outside the link-local network: of Alibaba, of Azure, and of Oracle's first regions. */
const elsewhere = ['100.100.100.200', '168.63.129.16', '192.0.0.192'];

/** The same for IPv6: of EC2, Google, Oracle and Scaleway. */
const elsewhere6 = ['fd00:ec2::254', 'fd20:ce::254', 'fd00:c1::a9fe:a9fe', 'fd00:42::42'];

/**
 * Prefixes of IPv6 after which an IPv4 address can be written: IPv4-mapped, IPv4-compatible (RFC 4291, 2.5.5) and NAT64
 * (RFC 6052).
 */
const prefixes = ['::ffff:', '::', '64:ff9b::'];

/**
 * Addresses at which clouds tell a machine about itself, including keys. These are the link-local addresses, for IPv6
 * by RFC 4291, 2.5.6, and the other addresses of clouds. IPv4 addresses are matched in each IPv6 form, also as 6to4
 * (RFC 3056). The NAT64 prefix for local use (RFC 8215) is matched as a whole: the network chooses where in it an IPv4
 * address lies.
 */
const addresses = new BlockList();
addresses.addSubnet(network.address, network.bits, 'ipv4');
addresses.addSubnet('fe80::', 10, 'ipv6');
addresses.addSubnet('64:ff9b:1::', 48, 'ipv6');
for (const address of elsewhere6) addresses.addAddress(address, 'ipv6');
for (const prefix of prefixes) addresses.addSubnet(`${prefix}${network.address}`, 96 + network.bits, 'ipv6');
addresses.addSubnet(`2002:${hex(network.address)}`, 16 + network.bits, 'ipv6');
for (const address of elsewhere) {
  addresses.addAddress(address, 'ipv4');
  for (const prefix of prefixes) addresses.addAddress(`${prefix}${address}`, 'ipv6');
  addresses.addSubnet(`2002:${hex(address)}`, 48, 'ipv6');
}

/** An IPv4 address as the two groups of digits that follow the prefix of 6to4. */
function hex(address: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}::`;
}

/**
 * Whether a host is such an address, link-local or of a cloud.
 *
 * @param hostname - of a URL, or an address
 */
export function isLinkLocal(hostname: string): boolean {
  const [address = ''] = hostname.replace(/^\[(.*)\]$/, '$1').split('%');
  return addresses.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** Returns why a redirect to a host is not followed. */
export function linkLocalRefusal(hostname: string): TransferFailure {
  return new TransferFailure(
    'redirect',
    `A redirect leads to ${hostname}, a link-local or metadata address, which is not followed`,
  );
}

/**
 * Returns a look-up that never returns such an address. The owner of a name may answer with one at any time, so the
 * check applies to the very address that is connected to.
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
