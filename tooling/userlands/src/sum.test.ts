import { describe, expect, it } from 'vitest';

import { sumOf } from './sum.mjs';

const test = (status: string) => ({ status, fullName: 'a test', failureMessages: status === 'failed' ? ['why'] : [] });
const files = (tests: Readonly<Record<string, readonly object[]>>) =>
  new Map(Object.entries(tests).map(([phase, all]) => [`${phase}.json`, JSON.stringify(all)]));

describe('what came of a user land', () => {
  it('is the sum of its phases', () => {
    const all = files({ root: [test('passed'), test('passed')], user: [test('passed')] });
    expect(sumOf(['root', 'user'], all)).toEqual({ passed: 3, failed: 0, problems: [] });
  });

  it.each([
    ['a phase that left nothing', { root: [test('passed')] }],
    ['a phase without a test', { root: [test('passed')], user: [] }],
    ['a test that failed', { root: [test('passed')], user: [test('failed')] }],
  ])('fails for %s', (_name, tests) => {
    const { failed, problems } = sumOf(['root', 'user'], files(tests));
    expect({ failed, problems: problems.length }).toEqual({ failed: 1, problems: 1 });
  });

  it('fails where it was ended from outside, though every test passed', () => {
    const all = files({ root: [test('passed')] });
    expect(sumOf(['root'], all, ['ended by SIGKILL'])).toEqual({
      passed: 1,
      failed: 1,
      problems: ['ended by SIGKILL'],
    });
  });
});
