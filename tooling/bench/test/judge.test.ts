/* What a row promises, against its figures. */
import { describe, expect, it } from 'vitest';

import { spreadOf } from '../src/compare.mjs';
import { judge, judgeMemory } from '../src/judge.mjs';
import { figures } from './figures.js';

describe('judge', () => {
  const measured = [figures('ours', 0.5, 3), figures('curl', 1, 2)];

  it('compares the medians of time', () => {
    expect(judge(measured, [{ of: 'curl', atMost: 0.5 }])).toMatchObject([{ found: 0.5, isMet: true }]);
    expect(judge(measured, [{ of: 'curl', atMost: 0.4 }])).toMatchObject([{ found: 0.5, isMet: false }]);
  });

  it('compares the medians of processor time', () => {
    const limits = [{ of: 'curl', atMost: 1.3, figure: 'cpu' }] as const;
    expect(judge(measured, limits)).toMatchObject([{ text: 'of processor time of curl', found: 1.5, isMet: false }]);
  });

  it('subtracts where milliseconds are promised', () => {
    const limits = [{ of: 'ours', atMost: 100, unit: 'ms' }] as const;
    expect(judge(measured.toReversed(), limits)).toMatchObject([{ found: 500, isMet: false }]);
  });

  it('refuses a limit of a way that was not measured', () => {
    expect(() => judge(measured, [{ of: 'wget', atMost: 1 }])).toThrow('wget was not measured');
  });

  it('bounds the memory', () => {
    expect(judgeMemory({ ...figures('ours', 1), memory: 161 })).toMatchObject({ isMet: false });
    expect(judgeMemory(figures('ours', 1))).toMatchObject({ found: 100, isMet: true });
  });
});

describe('spreadOf', () => {
  it('gives the median, the least and the most', () => {
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, least: 1, most: 3 });
  });
});
