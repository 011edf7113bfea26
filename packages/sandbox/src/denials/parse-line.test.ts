import { describe, expect, it } from 'vitest';

import { parseDenialLine } from './parse-line.js';

const hex = (text: string) => Buffer.from(text).toString('hex');

describe('a line of a supervisor', () => {
  it('is a denial, a count, what was lost, or the end', () => {
    const line = ['D', 3, 77, 13, 8, 'openat', hex('sh'), hex('/a\n\t'), ''].join('\t');
    expect(parseDenialLine(line)).toEqual({
      kind: 'denial',
      number: 3,
      denied: {
        pid: 77,
        errno: 'EACCES',
        right: 8,
        call: 'openat',
        program: Buffer.from('sh'),
        path: Buffer.from('/a\n\t'),
        other: Buffer.from(''),
      },
    });
    expect(parseDenialLine('C\t3\t4096')).toEqual({ kind: 'count', number: 3, count: 4096 });
    expect(parseDenialLine('L\t4294967295')).toEqual({ kind: 'lost', count: 4_294_967_295 });
    expect(parseDenialLine('E')).toEqual({ kind: 'end' });
  });

  it.each([
    '',
    'E ',
    'X',
    'C\t3',
    'C\t-1\t2',
    'C\t12345\t1',
    'L\t',
    'D\t1\t2\t3\t4\topen\t\t\t',
    `D\t1\t2\t3\t4\tOPEN\t\t2f\t`,
  ])('is nothing else: %j', (line) => {
    expect(parseDenialLine(line)).toBeUndefined();
  });
});
