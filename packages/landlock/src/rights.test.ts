import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { entryOf, fsRights, isFileRight, logFeatures, maskOf, namesOf, netRights, scopes, tsync } from './rights.js';

const header = readFileSync(new URL('../native/landlock_abi.h', import.meta.url), 'utf8');

/** The bits that the C header defines under a prefix, by lower-case name. */
function bitsOf(prefix: string): Readonly<Record<string, number>> {
  const pattern = new RegExp(`^#define ${prefix}_([A-Z_]+) \\(1u(?:ll)? << (\\d+)\\)$`, 'gm');
  return Object.fromEntries(
    [...header.matchAll(pattern)].map(([, name = '', bit]) => [name.toLowerCase(), Number(bit)]),
  );
}

const bits = (table: Readonly<Record<string, { readonly bit: number }>>) =>
  Object.fromEntries(Object.entries(table).map(([name, { bit }]) => [name, bit]));

describe('the table of rights', () => {
  it('is the one of the C header', () => {
    expect(bitsOf('LL_FS')).toEqual(bits(fsRights));
    expect(bitsOf('LL_NET')).toEqual(bits(netRights));
    expect(bitsOf('LL_SCOPE')).toEqual(bits(scopes));
    const { quiet, ...flags } = bits(logFeatures);
    const restrict = Object.entries(flags).map(([name, bit]) => [`log_${name}`, bit]);
    expect(bitsOf('LL_RESTRICT')).toEqual({ ...Object.fromEntries(restrict), tsync: tsync.bit, no_new_privs: 4 });
    expect(bitsOf('LL_ADD')).toEqual({ quiet });
  });

  it('says of the same rights that they mean something on a file', () => {
    const macro = /#define LL_FS_OF_A_FILE([\s\S]*?)\)/.exec(header)?.[1] ?? '';
    const named = [...macro.matchAll(/LL_FS_([A-Z_]+)/g)].map(([, name = '']) => name.toLowerCase());
    expect(named.length).toBe(6);
    const ours = (namesOf('fs', 11) as (keyof typeof fsRights)[]).filter((right) => isFileRight(right));
    expect(ours.toSorted()).toEqual(named.toSorted());
  });

  it('has the rights of each ABI as the kernel brought them', () => {
    expect(namesOf('fs', 1).length).toBe(13);
    expect([2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((abi) => namesOf('fs', abi).length)).toEqual([
      14, 15, 15, 16, 16, 16, 16, 17, 17, 17,
    ]);
    expect([3, 4, 9, 10].map((abi) => namesOf('net', abi))).toEqual([
      [],
      ['bind_tcp', 'connect_tcp'],
      ['bind_tcp', 'connect_tcp'],
      ['bind_tcp', 'connect_tcp', 'bind_udp', 'connect_send_udp'],
    ]);
    expect([5, 6].map((abi) => namesOf('scope', abi).length)).toEqual([0, 2]);
  });

  it('takes a newer right by its bit, under a name that warns', () => {
    expect(entryOf('fs', 'unsafe_unknown_bit_17')).toEqual({ bit: 17, abi: 12 });
    expect(maskOf('fs', ['execute', 'unsafe_unknown_bit_52'])).toBe(1n | (1n << 52n));
  });

  it.each([
    ['fs', 'unsafe_unknown_bit_3'],
    ['fs', 'unsafe_unknown_bit_53'],
    ['fs', 'unsafe_unknown_bit_'],
    ['fs', 'unsafe_unknown_bit_1e1'],
    ['log', 'unsafe_unknown_bit_9'],
    ['fs', 'toString'],
    ['net', '__proto__'],
  ] as const)('knows no %s %s', (group, name) => {
    expect(entryOf(group, name)).toBeUndefined();
  });
});
