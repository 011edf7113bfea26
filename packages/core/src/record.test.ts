import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { layerIds } from './layer.js';
import { encodeRecord, encodeU32, recordHeaderLength, recordMaxLength } from './record.js';

const header = readFileSync(new URL('../../native/sb_record.h', import.meta.url), 'utf8');

describe('records', () => {
  it('start with layer, version, flags and total length, little-endian', () => {
    const record = encodeRecord({ layer: 'privdrop', version: 1, flags: 0x0201, payload: encodeU32([0x04030201]) });
    expect([...record]).toEqual([3, 1, 0x01, 0x02, 12, 0, 0, 0, 1, 2, 3, 4]);
  });

  it('use the numbers of the C header', () => {
    expect(header).toContain(`#define SB_RECORD_HEADER ${recordHeaderLength}u`);
    expect(header).toContain('#define SB_RECORD_MAX (1u << 20)');
    expect(recordMaxLength).toBe(1 << 20);
    for (const [name, id] of Object.entries(layerIds))
      expect(header).toContain(`SB_LAYER_${name.toUpperCase()} = ${id},`);
  });

  it.each([
    ['a payload over the limit', { payload: new Uint8Array(recordMaxLength) }],
    ['version 0', { version: 0 }],
    ['version 256', { version: 256 }],
    ['flags over 16 bits', { flags: 0x1_0000 }],
    ['negative flags', { flags: -1 }],
  ])('refuse %s', (_name, wrong) => {
    const good = { layer: 'caps', version: 1, flags: 0, payload: new Uint8Array() } as const;
    expect(() => encodeRecord({ ...good, ...wrong })).toThrow(RangeError);
  });

  it.each([-1, 2 ** 32, 1.5, Number.NaN])('hold no %s', (number) => {
    expect(() => encodeU32([number])).toThrow(RangeError);
  });
});
