import { describe, expect, it } from 'vitest';

import { oddOnes } from './survey.js';

/** Hosts a to e by what each sends: `-` for nothing. The first one has sent a wrong file. */
function odd(sent: string): string {
  const answers = ['a', 'b', 'c', 'd', 'e'].slice(0, sent.length).map((host, index) => ({
    url: new URL(`http://${host}/x`),
    bytes: sent.charAt(index) === '-' ? null : sent.charAt(index),
  }));
  return oddOnes(answers, answers[0]?.url ?? new URL('http://a/x'))
    .map(({ host }) => host)
    .join('');
}

describe('a survey of the first bytes of a file, which host a has wrong', () => {
  it.each([
    ['names the other host that has the same wrong file', '11222', 'b'],
    ['names the other host that has another wrong file', '13222', 'b'],
    ['believes two that agree rather than two of which one is wrong', '1122', 'b'],
    ['names nobody if the rest of the file is wrong', '11111', ''],
    ['names one that differs from a wrong file that all others have', '13111', 'b'],
    ['names nobody if nobody agrees', '12345', ''],
    ['names nobody if two of them agree with each other, and two others do', '12233', ''],
    ['counts only hosts that answered', '1-22-', ''],
    ['counts hosts that answered, and the wrong one', '13-22', 'b'],
    ['names nobody without answers', '-----', ''],
  ])('%s', (_, sent, named) => {
    expect(odd(sent)).toBe(named);
  });
});
