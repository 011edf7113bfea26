import { describe, expect, it } from 'vitest';

import { ByteWriter } from './byte-writer.js';

const written = (write: (writer: ByteWriter) => ByteWriter): Buffer => Buffer.from(write(new ByteWriter()).bytes());

describe('ByteWriter', () => {
  it('writes numbers little-endian', () => {
    expect(written((to) => to.u32(0x0403_0201).u64(0x0807_0605_0403_0201n)).toString('hex')).toBe(
      '010203040102030405060708',
    );
  });

  it.each<[string, (to: ByteWriter) => ByteWriter]>([
    ['-1', (to) => to.u32(-1)],
    ['2³²', (to) => to.u32(2 ** 32)],
    ['2⁶⁴', (to) => to.u64(2n ** 64n)],
    ['a NUL', (to) => to.text('a\0b')],
    ['what nothing has a use for', (to) => to.text('x'.repeat(2 ** 23))],
  ])('refuses %s', (_what, write) => {
    expect(() => write(new ByteWriter())).toThrow(RangeError);
  });

  it.each(['', 'a', 'é', '€', '😀', '\ud800', 'x'.repeat(30_000), '€'.repeat(30_000)])(
    'writes the length, the bytes and a NUL of a text: %#',
    (text) => {
      const bytes = Buffer.from(text);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.length);
      const all = Buffer.concat([Buffer.of(7, 0, 0, 0), length, bytes, Buffer.of(0, 9, 0, 0, 0)]);
      expect(written((to) => to.u32(7).text(text).u32(9)).equals(all)).toBe(true);
    },
  );

  it('pads with zeros, over anything that another writer has left there', () => {
    written((to) => to.raw(Buffer.alloc(32, 0xff)));
    const three = Buffer.of(1, 2, 3);
    expect(written((to) => to.raw(three).pad(8).raw(three).pad(8).pad(8)).toString('hex')).toBe(
      '01020300000000000102030000000000',
    );
  });
});
