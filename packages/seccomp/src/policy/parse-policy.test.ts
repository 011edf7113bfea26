import { isSandboxError } from '@sb/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compile } from '../compiler/compile.js';
import { parsePolicy } from './parse-policy.js';

const seed = Date.now() % 2 ** 31;

const example = {
  base: 'deny-dangerous',
  deny: ['@mount', 'ptrace'],
  allow: ['bpf'],
  rules: [
    {
      syscall: 'ioctl',
      when: [{ arg: 1, compare: 'eq32', value: 21_522 }],
      action: { action: 'errno', errno: 'EPERM' },
    },
    { syscall: 'mmap', when: [{ arg: 1, compare: 'maskedEq64', mask: '0xff', value: 7 }], action: 'kill-process' },
  ],
  sockets: ['AF_INET'],
  unknown: { action: 'errno', errno: 'ENOSYS' },
  architectures: ['x86_64'],
};

/** Reads a document; the path of the error, or undefined for a policy, which must then compile. */
function pathOf(text: string): string | undefined {
  try {
    compile(parsePolicy(text));
    return undefined;
  } catch (error) {
    if (isSandboxError(error) && error.layer === 'seccomp' && error.path !== undefined) return error.path;
    throw error;
  }
}

/** A copy of a document in which one value, anywhere, is another. */
function replaced(value: unknown, path: readonly number[], other: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined || typeof value !== 'object' || value === null) return other;
  const entries = Object.entries(value);
  const index = first % entries.length;
  const changed = entries.map(
    ([key, inner], at) => [key, at === index ? replaced(inner, rest, other) : inner] as const,
  );
  return Array.isArray(value) ? changed.map(([, inner]) => inner) : Object.fromEntries(changed);
}

describe('parsePolicy', () => {
  it('reads a good document', () => {
    expect(pathOf(JSON.stringify(example))).toBeUndefined();
  });

  it.each([
    ['', '(document)'],
    ['{', '(document)'],
    ['{"base":"allow-all"} x', '(document)'],
    ['[]', 'policy'],
    ['null', 'policy'],
    ['"deny-all"', 'policy'],
    ['{"base":"deny-all","base":"allow-all"}', '(document)'],
    ['{"base":"allow-all","deny":["mount"],"d\\u0065ny" : []}', '(document)'],
    ['{"base":"allow-all","denied":{"action":"errno","errno":1,"errno":2}}', '(document)'],
    ...[
      'layer',
      'deny',
      'allow',
      'rules',
      'sockets',
      'denied',
      'unknown',
      'foreign',
      'x32',
      'architectures',
      'level',
    ].map((key): [string, string] => [`{"base":"allow-all","${key}":null}`, key]),
    ['{"base":"allow-all","denied":{"action":"trap","data":null}}', 'denied.data'],
    ['['.repeat(100_000), '(document)'],
    ['{"a":'.repeat(9) + '1' + '}'.repeat(9), '(document)'],
    [' '.repeat(2 ** 20) + '{}', '(document)'],
    [
      '{"base":"allow-all","rules":[{"syscall":"read","action":"allow","when":[{"arg":0,"compare":"eq32","value":"x"}]}]}',
      'rules[0].when[0].value',
    ],
  ])('names the place of what is wrong (%#)', (text, path) => {
    expect(pathOf(text)).toBe(path);
  });

  it('takes the same name in two objects, and as a value', () => {
    expect(pathOf(JSON.stringify({ ...example, deny: ['mount', 'mount', 'read'] }))).toBeUndefined();
  });

  it('is not fooled by brackets in strings', () => {
    expect(pathOf(JSON.stringify({ base: '[[[[[[[[[[[[\\"{{{{' }))).toBe('base');
  });

  it(`gives an error that names the place, never a filter, for random JSON (seed ${seed})`, () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        expect(pathOf(text)).toEqual(expect.any(String));
      }),
      { numRuns: 2000, seed },
    );
  });

  it(`takes no damage from a changed document (seed ${seed})`, () => {
    let refused = 0;
    const text = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('@mount', 'read', 'errno', -1, 1e300, 2 ** 32),
    );
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 5 }), text, (path, other) => {
        if (pathOf(JSON.stringify(replaced(example, path, other))) !== undefined) refused++;
      }),
      { numRuns: 2000, seed },
    );
    expect(refused).toBeGreaterThan(500);
  });

  it(`refuses a key twice, wherever it is (seed ${seed})`, () => {
    const keys = [...JSON.stringify(example).matchAll(/"\w+":/g)];
    fc.assert(
      fc.property(fc.nat(keys.length - 1), fc.json({ maxDepth: 1 }), (which, value) => {
        const { 0: key, index } = keys[which] as RegExpExecArray;
        const good = JSON.stringify(example);
        expect(pathOf(`${good.slice(0, index)}${key}${value},${good.slice(index)}`)).toBe('(document)');
      }),
      { numRuns: 500, seed },
    );
  });

  it(`takes no damage from a damaged text (seed ${seed})`, () => {
    const good = JSON.stringify(example);
    fc.assert(
      fc.property(fc.nat(good.length), fc.nat(8), fc.string({ maxLength: 4 }), (at, length, put) => {
        // Either a policy that compiles, or a place; anything else is thrown.
        expect(pathOf(good.slice(0, at) + put + good.slice(at + length))).not.toBe('');
      }),
      { numRuns: 2000, seed },
    );
  });
});
