import { closeSync, openSync, writeFileSync } from 'node:fs';

import { temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { hasFormat, type Magic } from './magic.js';

const gzip: readonly Magic[] = [{ bytes: '1F8b' }];
const tar: readonly Magic[] = [{ bytes: '7573746172', offset: 257 }];

describe('hasFormat', () => {
  it.each<[string, Buffer, readonly Magic[] | undefined, boolean]>([
    ['what nobody asks for', Buffer.from('<html>'), undefined, true],
    ['a beginning', Buffer.from('1f8b08', 'hex'), gzip, true],
    ['one of several', Buffer.from('1f8b08', 'hex'), [...tar, ...gzip], true],
    ['another beginning', Buffer.from('<html>'), [...tar, ...gzip], false],
    ['a beginning that is cut short', Buffer.from('1f', 'hex'), gzip, false],
    ['an empty file', Buffer.alloc(0), gzip, false],
    ['bytes behind the beginning', Buffer.from(`${'x'.repeat(257)}ustar`), tar, true],
    ['bytes behind the beginning that are cut short', Buffer.from(`${'x'.repeat(257)}usta`), tar, false],
    ['bytes at another place', Buffer.from(`${'x'.repeat(256)}ustar`), tar, false],
    [
      'the last place',
      Buffer.concat([Buffer.alloc(4096), Buffer.alloc(32, 1)]),
      [{ bytes: '01'.repeat(32), offset: 4096 }],
      true,
    ],
  ])('sees %s', (_, content, formats, expected) => {
    using folder = temporaryFolder();
    writeFileSync(folder.file('x'), content);
    const descriptor = openSync(folder.file('x'), 'r');
    expect(hasFormat(descriptor, formats)).toBe(expected);
    closeSync(descriptor);
  });
});
