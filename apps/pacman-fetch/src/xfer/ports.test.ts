import { describe, expect, it } from 'vitest';

import { commandPorts } from './ports.js';

describe('commandPorts', () => {
  it.each([
    ['http://a/b', [80, 443]],
    ['https://a:8443/b', [80, 443, 8443]],
    ['ftp://a/b', [21, 80, 443]],
    ['rsync://a/b', [80, 443, 873]],
    ['file:///a/b', [80, 443]],
  ])('of %s are %j', (url, ports) => {
    expect(commandPorts([url], {})).toEqual(ports);
  });

  it.each([
    ['http_proxy', 'http://p:3128', [3128]],
    ['http_proxy', 'user:secret@p:3128/', [3128]],
    ['http_proxy', 'p', [1080]],
    ['https_proxy', 'https://p', [1080]],
    ['ALL_PROXY', 'socks5h://p:9050', [9050]],
    ['all_proxy', 'socks5://p', [1080]],
    ['HTTPS_PROXY', 'http://[::1]:8080', [8080]],
    ['http_proxy', '', []],
    ['http_proxy', 'http://a b:c', []],
    // curl doesn't read it, and a command isn't told of it.
    ['HTTP_PROXY', 'http://p:3128', []],
    ['no_proxy', 'p:3128', []],
  ])('with %s=%s also are %j', (name, value, more) => {
    expect(commandPorts(['http://a/b'], { [name]: value })).toEqual([80, 443, ...more].toSorted((a, b) => a - b));
  });
});
