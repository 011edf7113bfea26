import { describe, expect, it } from 'vitest';

import { type EnforcementStatus, type FeatureState, reportOf } from './report.js';

const table: readonly (readonly [states: readonly FeatureState[], status: EnforcementStatus])[] = [
  [[], 'none'],
  [['off'], 'none'],
  [['off', 'enforced'], 'full'],
  [['enforced', 'already'], 'full'],
  [['already'], 'full'],
  [['enforced', 'unsupported'], 'partial'],
  [['unsupported', 'off', 'already'], 'partial'],
  [['unsupported'], 'none'],
  [['unsupported', 'off'], 'none'],
];

describe('reportOf', () => {
  it.each(table)('%j is %s', (states, status) => {
    const features = states.map((state, index) => ({ layer: 'l', feature: `f${index}`, state }));
    expect(reportOf(features)).toEqual({ status, features });
  });
});
