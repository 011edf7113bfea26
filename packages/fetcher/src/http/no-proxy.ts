import { BlockList, isIP } from 'node:net';

/**
 * Whether a host is asked directly, by curl's rules for `no_proxy` (CURLOPT_NOPROXY(3)). A name matches itself and all
 * names below it, with or without a leading dot. An address matches itself, or its network with `/BITS`. `*` alone
 * matches every host. Other wildcards and ports are not supported.
 *
 * @param hostname - of a URL: a name, an IPv4 address, or an IPv6 address in brackets
 * @param patterns - the entries of `no_proxy`
 */
export function isExcepted(hostname: string, patterns: readonly string[]): boolean {
  if (patterns.length === 1 && patterns[0] === '*') return true;
  const host = hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  const matches = isIP(host) === 0 ? matchesName : matchesAddress;
  return patterns.some((pattern) => matches(host.toLowerCase(), pattern.toLowerCase()));
}

/** The entries of a `no_proxy`: separated by commas, with or without blanks around them. */
export function patternsOf(text: string): readonly string[] {
  return text
    .split(/\s*,\s*/)
    .map((entry) => entry.trim())
    .filter(Boolean);
}

function matchesName(host: string, pattern: string): boolean {
  const name = pattern.replace(/^\./, '').replace(/\.$/, '');
  return name !== '' && (host === name || host.endsWith(`.${name}`));
}

function matchesAddress(host: string, pattern: string): boolean {
  const [address = '', bits, ...rest] = pattern.split('/');
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  const longest = family === 'ipv6' ? 128 : 32;
  if (isIP(address) !== isIP(host) || rest.length > 0) return false;
  if (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= longest)) return false;
  const network = new BlockList();
  network.addSubnet(address, bits === undefined ? longest : Number(bits), family);
  return network.check(host, family);
}
