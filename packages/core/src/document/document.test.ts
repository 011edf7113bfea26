import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import * as document from './index.js';
import type { Reader } from './index.js';

const { boolean, either, integer, lenient, list, object, Place, record, required, text, word } = document;

interface Sample {
  readonly name: string;
  readonly ports?: readonly number[];
  readonly level?: 'require' | 'prefer';
  readonly env?: Readonly<Record<string, string>>;
  readonly user?: string | number;
  readonly deep?: { readonly on?: boolean };
}

const port = integer({ min: 1, max: 65_535, what: 'a port' });
const sample: Reader<Sample> = object<Sample>({
  name: required(text()),
  ports: list(port, { max: 3, unique: true }),
  level: lenient(word(['require', 'prefer'])),
  env: record(text({ pattern: /^[^\0]*$/, what: 'a text without a NUL' }), {
    name: /^[^=\0]+$/,
    what: 'a name without "="',
  }),
  user: either<string | number>(text(), integer({ min: 0, max: 10, what: 'an id' })),
  deep: object<{ readonly on?: boolean }>({ on: boolean }),
});

class Refused extends Error {}

function read(value: unknown, reader: Reader = sample): unknown {
  const place = new Place('', ({ path, what, hint }) => {
    throw new Refused(`${path} ${what}. ${hint}`);
  });
  return reader.read(value, place);
}

describe('a document', () => {
  it('is read into a frozen copy that has what was given and nothing else', () => {
    const given = { name: 'a', ports: [1, 2], env: { A: '' }, user: 0, level: undefined, deep: { on: false } };
    const result = read(given) as Sample;
    expect(result).toEqual({ name: 'a', ports: [1, 2], env: { A: '' }, user: 0, deep: { on: false } });
    for (const part of [result, result.ports, result.env, result.deep]) expect(Object.isFrozen(part)).toBe(true);
    given.ports.push(3);
    expect(result.ports).toEqual([1, 2]);
  });

  it('takes an object without a prototype, and keys that every object has in a record', () => {
    expect(read(Object.assign(Object.create(null) as object, { name: 'a' }))).toEqual({ name: 'a' });
    const env = JSON.parse('{"__proto__":"x","constructor":"y"}') as object;
    expect(Object.entries((read({ name: 'a', env }) as Sample).env ?? {})).toEqual(Object.entries(env));
  });

  it.each<[string, unknown, string]>([
    ['an unknown key', { name: 'a', prots: [] }, 'prots is unknown. Did you mean "ports"? Use: name, ports,'],
    ['a key of another spelling', { name: 'a', zzzzzz: 1 }, 'zzzzzz is unknown. Use: name'],
    ['__proto__ from JSON', JSON.parse('{"name":"a","__proto__":{}}'), '__proto__ is unknown'],
    ['a key that is missing', {}, 'name is missing. Give it a value.'],
    [
      'undefined',
      { name: 'a', ports: undefined },
      'ports is not a list: each entry is a port from 1 to 65535: undefined. Give it',
    ],
    ['null', { name: null }, 'name is not a non-empty text without NUL characters: null. Give it'],
    ['null where undefined may be', { name: 'a', level: null }, 'level is not one of "require", "prefer": null'],
    [
      'another kind',
      { name: 'a', ports: '80' },
      'ports is not a list: each entry is a port from 1 to 65535: "80". Correct',
    ],
    ['a wrong entry', { name: 'a', ports: [1, 70_000] }, 'ports[1] is not a port from 1 to 65535: 70000'],
    ['a hole', { name: 'a', ports: [1, , 2] }, 'ports[1] is not a port'], // oxlint-disable-line no-sparse-arrays
    ['an entry that is there twice', { name: 'a', ports: [1, 1] }, 'ports[1] occurs twice: 1. Leave one out.'],
    ['too many entries', { name: 'a', ports: [1, 2, 3, 4] }, 'ports has 4 entries. Give at most 3.'],
    ['another word', { name: 'a', level: 'requier' }, 'level is "requier". Did you mean "require"? Give one of'],
    [
      'a wrong name in a record',
      { name: 'a', env: { 'A=B': '' } },
      'env has a key that is not a name without "=": "A=B"',
    ],
    ['a NUL', { name: 'a\0b' }, 'name is not a non-empty text without NUL characters: "a\\u0000b"'],
    ['half a surrogate pair', { name: '\ud800' }, 'name is not a non-empty text'],
    [
      'none of several kinds',
      { name: 'a', user: true },
      'user is not a non-empty text without NUL characters or an id from 0 to 10: true',
    ],
    ['a value of the right kind out of bounds', { name: 'a', user: 11 }, 'user is not'],
    ['a key within', { name: 'a', deep: { off: true } }, 'deep.off is unknown. Use: on.'],
    ['inherited properties', Object.create({ name: 'a' }), ' has inherited properties'],
    ['a list for an object', [], ' is not an object: a list'],
    ['bytes for an object', Buffer.from('a'), ' is not an object: an object'],
  ])('is refused for %s', (_, value, message) => {
    expect(() => read(value)).toThrow(Refused);
    expect(() => read(value)).toThrow(message);
  });

  it('is refused where it is nested too deeply', () => {
    const endless: { inner?: unknown } = {};
    endless.inner = endless;
    interface Endless {
      readonly inner?: Endless;
    }
    const reader: Reader<Endless> = {
      expected: 'an object',
      schema: {},
      accepts: () => true,
      read: (value, place) => reader.read((value as Endless).inner, place.key('inner')),
    };
    expect(() => read(endless, reader)).toThrow('is nested too deeply');
  });

  it('takes nothing from Object.prototype', () => {
    const polluted = Object.prototype as { level?: string };
    try {
      polluted.level = 'prefer';
      expect((read({ name: 'a' }) as Sample).level).toBeUndefined();
    } finally {
      delete polluted.level;
    }
  });

  it('is read once: a getter that changes its mind changes nothing', () => {
    let asked = 0;
    const value = { name: 'a', get user() { return asked++ === 0 ? 1 : 'root'; } }; // prettier-ignore
    expect(read(value)).toEqual({ name: 'a', user: 1 });
  });

  it('never gives what was not asked for', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        try {
          const result = read(value) as Sample;
          expect(typeof result.name).toBe('string');
        } catch (error) {
          expect(error).toBeInstanceOf(Refused);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
