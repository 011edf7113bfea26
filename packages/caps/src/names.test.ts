import { readFileSync } from 'node:fs';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { CapsError } from './errors.js';
import { capabilityName, capabilityNumber, lastNamedCapability, maskOf, namesOf } from './names.js';

describe('names', () => {
  it('are those of the kernel', () => {
    expect([0, 10, 21, 40].map(capabilityName)).toEqual([
      'cap_chown',
      'cap_net_bind_service',
      'cap_sys_admin',
      'cap_checkpoint_restore',
    ]);
    expect(lastNamedCapability).toBe(40);
    const header = new URL('file:///usr/include/linux/capability.h');
    let text: string;
    try {
      text = readFileSync(header, 'latin1');
    } catch {
      // No kernel headers here: the four above stand for the rest.
      return;
    }
    const defined = [...text.matchAll(/^#define (CAP_[A-Z_]+)\s+(\d+)\s*$/gm)];
    expect(defined.length).toBeGreaterThan(37);
    for (const [, name = '', number] of defined) expect(capabilityNumber(name.toLowerCase())).toBe(Number(number));
  });

  it('exist for capabilities that are newer than this package', () => {
    expect(capabilityName(41)).toBe('cap_41');
    expect(capabilityNumber('cap_63')).toBe(63);
    for (const name of ['cap_64', 'cap_40', 'cap_0', 'net_raw', 'CAP_NET_RAW', '', 'constructor']) {
      expect(capabilityNumber(name)).toBeUndefined();
    }
    for (const number of [-1, 64, 1.5, Number.NaN]) expect(() => capabilityName(number)).toThrow(RangeError);
  });

  it('and masks are two forms of the same', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (mask) => {
        expect(maskOf(namesOf(mask))).toBe(mask);
      }),
    );
  });

  it('unknown ones are refused, with the name that was meant', () => {
    const thrown = (name: string): CapsError => {
      try {
        maskOf([name]);
      } catch (error) {
        return error as CapsError;
      }
      throw new Error(`${name} was taken`);
    };
    expect(thrown('NET_RAW')).toMatchObject({ code: 'unknown-capability', hint: 'Write cap_net_raw.' });
    expect(thrown('cap_nonsense').hint).toContain('capabilities(7)');
  });
});
