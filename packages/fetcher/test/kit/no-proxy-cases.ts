/** Host, `no_proxy`, whether it is asked directly; curl is asked the same. */
export const exceptions: readonly (readonly [hostname: string, noProxy: string, isDirect: boolean])[] = [
  ['example.org', '', false],
  ['example.org', '*', true],
  ['example.org', 'example.org', true],
  ['EXAMPLE.org', 'example.ORG', true],
  ['example.org', '.example.org', true],
  ['example.org', 'example.org.', true],
  ['example.org.', 'example.org', true],
  ['a.example.org', 'example.org', true],
  ['a.example.org', '.example.org', true],
  ['badexample.org', 'example.org', false],
  ['example.org', 'a.example.org', false],
  ['example.org', 'org', true],
  ['example.org', 'other.net, example.org', true],
  ['example.org', ' other.net , example.org ,', true],
  ['example.org', '*.org', false],
  ['example.org', 'example.org:80', false],
  ['10.1.2.3', '10.1.2.3', true],
  ['10.1.2.3', '10.1.2.4', false],
  ['10.1.2.3', '10.0.0.0/8', true],
  ['11.1.2.3', '10.0.0.0/8', false],
  ['10.1.2.3', '10.1.2.2/31', true],
  ['10.1.2.3', '10.0.0.0/33', false],
  ['10.1.2.3', '10', false],
  ['10.1.2.3', '2.3', false],
  ['10.1.2.3', '10.0.0.0/x', false],
  ['[fe80::1]', 'fe80::1', true],
];

/** The same, where curl compares letters only. */
export const exceptionsOfIpv6: typeof exceptions = [
  ['[fe80::1]', 'fe80:0::0001', true],
  ['[fe80::1]', 'fe80::/10', true],
  ['[fe80::1]', 'fc00::/7', false],
  ['[::1]', '127.0.0.1', false],
];
