import { describe, expect, it } from 'vitest';

import { decodeFileCapabilities } from './file.js';

const words = (...numbers: readonly number[]) => new Uint8Array(Uint32Array.from(numbers).buffer);

describe('decodeFileCapabilities', () => {
  it.each([
    ['revision 1', words(0x0100_0001, 1, 2), { version: 1, effective: true, permitted: ['cap_chown'] }],
    [
      'revision 2',
      words(0x0200_0000, 0, 0, 0x100, 0),
      { version: 2, effective: false, permitted: ['cap_checkpoint_restore'] },
    ],
    ['revision 3', words(0x0300_0001, 0, 0x400, 0, 0, 4_294_967_294), { version: 3, rootId: 4_294_967_294 }],
  ])('reads %s', (_name, bytes, expected) => {
    expect(decodeFileCapabilities(bytes)).toMatchObject(expected);
  });

  it('reads bytes that lie inside a larger buffer', () => {
    const outer = new Uint8Array([9, 9, 9, ...words(0x0200_0000, 1, 0, 0, 0), 9]);
    expect(decodeFileCapabilities(outer.subarray(3, 23)).permitted).toEqual(['cap_chown']);
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['three bytes', new Uint8Array(3)],
    ['revision 0', words(0, 0, 0)],
    ['revision 4', words(0x0400_0000, 0, 0, 0, 0)],
    ['revision 2 too short', words(0x0200_0000, 0, 0)],
    ['revision 2 with a root id', words(0x0200_0000, 0, 0, 0, 0, 0)],
    ['revision 3 without one', words(0x0300_0000, 0, 0, 0, 0)],
  ])('refuses %s', (_name, bytes) => {
    expect(() => decodeFileCapabilities(bytes)).toThrow(/an unknown form/);
  });
});
