import type { LookupFunction } from 'node:net';

import { describe, expect, it } from 'vitest';

import { guardedLookup, isLinkLocal } from './link-local.js';

describe('isLinkLocal', () => {
  it.each([
    '169.254.169.254',
    '169.254.0.0',
    'fe80::1',
    'fe80::1%eth0',
    '[febf::1]',
    'fd00:ec2::254',
    '::ffff:169.254.169.254',
    '[::ffff:a9fe:a9fe]',
    '::a9fe:a9fe',
    '64:ff9b::169.254.169.254',
    '2002:a9fe:a9fe::1',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    '[::ffff:100.100.100.200]',
    '::168.63.129.16',
    '64:ff9b::192.0.0.192',
    '2002:6464:64c8::1',
    'fd20:ce::254',
    'fd00:c1::a9fe:a9fe',
    'fd00:42::42',
    '64:ff9b:1::a9fe:a9fe',
    '[64:ff9b:1:fffe:a9fe:a9:fe00:0]',
  ])('is %s', (address) => expect(isLinkLocal(address)).toBe(true));

  it.each([
    '169.253.255.255',
    '169.255.0.0',
    '127.0.0.1',
    '10.0.0.1',
    '192.168.1.1',
    '[::1]',
    'fec0::1',
    'fd00:ec2::253',
    'fd20:ce::253',
    '100.100.100.201',
    '168.63.129.17',
    '192.0.0.191',
    '2002:6464:64c9::1',
    '64:ff9b::10.0.0.1',
    '64:ff9b:2::a9fe:a9fe',
  ])('is not %s', (address) => expect(isLinkLocal(address)).toBe(false));

  it.each(['mirror', 'fe80', '169.254.example', ''])('does not match a name: %j', (name) =>
    expect(isLinkLocal(name)).toBe(false),
  );
});

describe('guardedLookup', () => {
  const answering =
    (...answer: readonly unknown[]): LookupFunction =>
    (_hostname, _options, callback) =>
      (callback as (...values: readonly unknown[]) => void)(...answer);
  const ask = (lookup: LookupFunction): Promise<unknown> =>
    new Promise((resolve) => {
      guardedLookup(lookup)('host', {}, (error, found) => resolve(error ?? found));
    });
  const refused = expect.objectContaining({ kind: 'redirect' });

  it('passes on other addresses, and errors', async () => {
    const error = new Error('ENOTFOUND');
    expect(await ask(answering(null, '10.0.0.1', 4))).toBe('10.0.0.1');
    expect(await ask(answering(null, [{ address: '::1', family: 6 }]))).toEqual([{ address: '::1', family: 6 }]);
    expect(await ask(answering(error))).toBe(error);
  });

  it('refuses a name with one such address among others', async () => {
    expect(await ask(answering(null, '169.254.1.1', 4))).toEqual(refused);
    const mixed = ['10.0.0.1', '::ffff:169.254.1.1'].map((address) => ({ address, family: 4 }));
    expect(await ask(answering(null, mixed))).toEqual(refused);
  });
});
