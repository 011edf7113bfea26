import { describe, expect, it } from 'vitest';

import { encodePolicy, plannedRules } from './encode.js';
import { path, ro, rw } from './paths.js';
import { policy } from './policy.js';
import { supportFrom } from './support.js';

const on = (abi: number, errata = 0b111) => supportFrom(abi, errata);
const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset);

describe('a record', () => {
  it('has the layout of native/landlock.h', () => {
    const made = policy({
      abi: 7,
      paths: [ro('/ab', { optional: true })],
      net: { connectTcp: [443] },
      scope: ['signal'],
      log: { newExec: true },
    });
    const bytes = encodePolicy(made, on(7));
    const at = view(bytes);
    expect([...bytes.subarray(0, 4)]).toEqual([4, 1, 0, 0]);
    expect(at.getUint32(4, true)).toBe(bytes.length);
    expect([8, 16, 24, 32].map((offset) => at.getBigUint64(offset, true))).toEqual([0xffffn, 2n, 2n, 0n]);
    expect([56, 60, 64].map((offset) => at.getUint32(offset, true))).toEqual([2, 1, 1]);
    expect([68, 70].map((offset) => at.getUint16(offset, true))).toEqual([1, 0]);
    expect(at.getBigUint64(72, true)).toBe(0b1100n);
    expect([80, 82].map((offset) => at.getUint16(offset, true))).toEqual([1, 4]);
    expect(Buffer.from(bytes.subarray(84, 88)).toString()).toBe('/ab\0');
    expect([at.getBigUint64(88, true), at.getUint16(96, true)]).toEqual([2n, 443]);
    expect(bytes.length).toBe(100);
  });

  it('asks for every thread at once where the kernel can', () => {
    const made = policy({ abi: 7, paths: [] });
    expect([7, 8].map((abi) => view(encodePolicy(made, on(abi))).getUint32(56, true))).toEqual([0, 8]);
  });

  it('looks once only under a signal scope that erratum 2 makes too strict', () => {
    const flags = (made: ReturnType<typeof policy>, abi: number, errata: number) =>
      view(encodePolicy(made, on(abi, errata))).getUint16(2, true);
    const signal = policy({ abi: 6, paths: [], scope: ['signal'] });
    expect([flags(signal, 6, 0), flags(signal, 7, 0b101), flags(signal, 7, 0b010), flags(signal, 8, 0)]).toEqual([
      1, 1, 0, 0,
    ]);
    expect(flags(policy({ abi: 6, paths: [] }), 6, 0)).toBe(0);
  });

  it('leaves out what the kernel does not know, and rules of which nothing is left', () => {
    const made = policy({
      abi: 7,
      paths: [path('/dev/tty', ['ioctl_dev']), rw('/x')],
      net: { connectTcp: [443] },
      require: [],
    });
    expect(plannedRules(made, 4).paths.map((rule) => rule.path)).toEqual(['/x']);
    expect(plannedRules(made, 3).ports).toEqual([]);
    const at = view(encodePolicy(made, on(3)));
    expect([at.getBigUint64(8, true), at.getBigUint64(16, true)]).toEqual([0x7fffn, 0n]);
  });

  it('marks named rights, so that one that needs a directory is an error on a file', () => {
    const flags = (rule: ReturnType<typeof ro>) =>
      view(encodePolicy(policy({ abi: 10, paths: [rule] }), on(10))).getUint16(80, true);
    expect([flags(ro('/ab')), flags(path('/ab', ['read_dir'])), flags(ro('/ab', { quiet: true }))]).toEqual([0, 2, 4]);
  });

  it('picks ports to show the restriction by that no rule grants', () => {
    const made = policy({ abi: 7, net: { connectTcp: [1, 2, 443], bindTcp: [65_535] } });
    const at = view(encodePolicy(made, on(7)));
    expect([at.getUint16(68, true), at.getUint16(70, true)]).toEqual([3, 65_534]);
  });

  it('refuses more than a record can hold', () => {
    const paths = Array.from({ length: 300 }, (_, index) => ro(`/${index}/${'x'.repeat(4000)}`));
    expect(() => encodePolicy(policy({ abi: 7, paths }), on(7))).toThrow(
      expect.objectContaining({ code: 'invalid-policy' }),
    );
  });
});
