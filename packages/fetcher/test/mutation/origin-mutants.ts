/* Whom a download comes from, and who gets what is secret. */
import { change, without } from '@sb/test-kit/mutation';

const unit = (file: string, test: string): readonly [string, string] => [`src/${file}`, test];

export const originMutants = [
  change(
    'the link-local addresses of IPv4, where a redirect leads',
    'http/link-local',
    "{ address: '169.254.0.0', bits: 16 }",
    "{ address: '192.0.2.0', bits: 24 }",
    unit('http/link-local', 'is 169.254.169.254'),
  ),
  without(
    'the link-local addresses of IPv6',
    'http/link-local',
    "addresses.addSubnet('fe80::', 10, 'ipv6');",
    unit('http/link-local', 'is fe80::1'),
  ),
  change(
    'the ways to write one of IPv4 as one of IPv6',
    'http/link-local',
    "['::ffff:', '::', '64:ff9b::']",
    "['::ffff:']",
    unit('http/link-local', 'is 64:ff9b::169.254.169.254'),
  ),
  change(
    'the addresses of clouds that are elsewhere',
    'http/link-local',
    "['100.100.100.200', '168.63.129.16', '192.0.0.192']",
    "['168.63.129.16', '192.0.0.192']",
    unit('http/link-local', 'is 100.100.100.200'),
  ),
  without(
    'the prefix of NAT64 for local use',
    'http/link-local',
    "addresses.addSubnet('64:ff9b:1::', 48, 'ipv6');",
    unit('http/link-local', 'is 64:ff9b:1::a9fe:a9fe'),
  ),
  change(
    'all addresses of a name',
    'http/link-local',
    'all.some((address) => isLinkLocal(address))',
    'isLinkLocal(all[0] ?? "")',
    unit('http/link-local', 'refuses a name with one such address among others'),
  ),
  without(
    'addresses that a redirect may lead to',
    'http/request',
    'if (!mayBeLinkLocal && isLinkLocal(url.hostname)) throw linkLocalRefusal(url.hostname);',
    unit('http/request', 'never leads to a link-local address, in any notation'),
  ),
  change(
    'names that a redirect may lead to',
    'http/request',
    'return isFirst || isLinkLocal(own.hostname);',
    'return true;',
    unit('http/request', 'never leads to a link-local address, in any notation'),
  ),
  without(
    'ports that a redirect may lead to',
    'http/request',
    'requirePort(url, options.ports);',
    unit('http/request', 'leads to the ports that are allowed'),
  ),
  change(
    'the number of redirects',
    'http/request',
    'hops <= options.maxRedirects',
    'hops <= 2 * options.maxRedirects',
    unit('http/request', 'is followed up to the limit, and no further'),
  ),
  change(
    'credentials for their origin alone',
    'http/request',
    'credentials: url.origin === start.origin ? start : url,',
    'credentials: start,',
    unit('http/request', 'takes credentials to their own origin, and to no other'),
  ),
  change(
    'no way from https to http',
    'http/request',
    "if (from.protocol === 'https:' && url.protocol === 'http:') {",
    'if (false) {',
    unit('http/next-url', 'does not follow http://mirror/a'),
  ),
  change(
    'http and https alone',
    'http/request',
    "if (url.protocol !== 'http:' && url.protocol !== 'https:') {",
    'if (false) {',
    unit('http/next-url', 'does not follow file:///etc/passwd'),
  ),
  without(
    'the owner of a netrc',
    'request/netrc-file',
    'if (uid !== 0 && uid !== effectiveUser()) return `belongs to uid ${uid}`;',
    ['test/netrc', 'that is open to other users, or belongs to one, is refused if it would be used'],
  ),
  change('the mode of a netrc', 'request/netrc-file', '(mode & 0o077) === 0', 'true', [
    'test/netrc',
    'that is open to other users, or belongs to one, is refused if it would be used',
  ]),
  change('the size of a netrc', 'request/netrc-file', 'const maxBytes = 64 * 1024;', 'const maxBytes = 1 << 30;', [
    'test/netrc',
    'that cannot be read is refused, and its content is not shown',
  ]),
  change(
    'the whole name of a host in a netrc',
    'request/netrc',
    'entry.machine === host &&',
    'host.startsWith(entry.machine) &&',
    unit('request/netrc', 'of a.b for'),
  ),
  change(
    'credentials of a signature for their origin alone',
    'values/signature-url',
    "url.protocol !== 'file:' && url.origin === original.origin",
    "url.protocol !== 'file:'",
    unit('values/signature-url', 'keeps credentials for their own origin'),
  ),
  change(
    'no proxy of HTTP_PROXY',
    'http/proxies',
    "http: environment['http_proxy'] || all,",
    "http: (read('http_proxy') ?? null) || all,",
    unit('http/proxies', 'of {"HTTP_PROXY":"a"}'),
  ),
  change(
    'a proxy of http, https or SOCKS alone',
    'http/proxies',
    'if (!schemes.test(url.protocol)) {',
    'if (false) {',
    unit('http/proxies', 'ftp://me:geheim@proxy'),
  ),
  change(
    'the way to certificates',
    'disk/certificates',
    'filesClause, isFilesError, openTrustedFile }',
    'filesClause, isFilesError, openContentFile as openTrustedFile }',
    unit('disk/certificates', 'of another user are not trusted'),
  ),
  without(
    'destinations of one request each',
    'request/check',
    "if (seen.has(path)) refuse(path, 'is the destination of two requests');",
    ['test/signature', 'must not be the destination of another request'],
  ),
  // The worker has these, as it is built.
  {
    ...change(
      'names in the place of a common name',
      'http/server-identity',
      'if (certificate.subjectaltname !== undefined) return lateTls().checkServerIdentity(hostname, certificate);',
      'return lateTls().checkServerIdentity(hostname, certificate);',
      ['test/tls', 'a certificate is refused: no-names'],
    ),
    built: true,
  },
  {
    ...change('the strength of keys', 'http/connections', ':@SECLEVEL=2', ':@SECLEVEL=0', [
      'test/tls',
      'a certificate is refused: weak-key',
    ]),
    built: true,
  },
  {
    ...change(
      'the end of TLS before that of the connection',
      'http/close-notify',
      'if (chunk !== null || !below.readableEnded) return push(chunk, encoding);',
      'return push(chunk, encoding);',
      ['test/close-notify', 'is not whole if the connection ends below TLS 1.3'],
    ),
    built: true,
  },
];
