import type { LookupFunction } from 'node:net';

import { beforeEach, describe, expect, it } from 'vitest';

import { sharedLookup } from './shared-lookup.js';

let asked: [name: string, answer: (...words: Parameters<Parameters<LookupFunction>[2]>) => void][];
let told: unknown[][];
let lookup: LookupFunction;
beforeEach(() => {
  asked = [];
  told = [];
  lookup = sharedLookup((name, _options, answer) => void asked.push([name, answer]));
});

const ask = (name: string, options = {}): void => lookup(name, options, (...words) => void told.push([name, ...words]));
const notFound = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });

describe('sharedLookup', () => {
  it('makes one query for simultaneous requests of a name, and answers all', () => {
    for (let count = 0; count < 3; count++) ask('a');
    expect(asked).toHaveLength(1);
    asked[0]?.[1](null, '127.0.0.1', 4);
    expect(told).toEqual(Array.from({ length: 3 }, () => ['a', null, '127.0.0.1', 4]));
  });

  it('asks for each name, and each kind of answer', () => {
    ask('a');
    ask('b');
    ask('a', { all: true });
    ask('a', { family: 6 });
    expect(asked.map(([name]) => name)).toEqual(['a', 'b', 'a', 'a']);
  });

  it('remembers no answer: the next request makes a new query', () => {
    ask('a');
    asked[0]?.[1](notFound, '');
    ask('a');
    expect(told).toEqual([['a', notFound, '']]);
    expect(asked).toHaveLength(2);
  });

  it('makes a new query for a request from within an answer', () => {
    lookup('a', {}, () => ask('a'));
    asked[0]?.[1](null, '127.0.0.1', 4);
    expect(asked).toHaveLength(2);
  });
});
