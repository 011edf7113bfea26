import { describe, expect, it } from 'vitest';

import { type EnforcementStatus, type FeatureReport, type FeatureState, reportOf } from './report.js';

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

  it('does not count what is missing and nothing follows from, but never as something in force either', () => {
    const unneeded: FeatureReport = { layer: 'l', feature: 'u', state: 'unsupported', reason: 'r', unneeded: 'n' };
    expect(reportOf([unneeded]).status).toBe('none');
    expect(reportOf([unneeded, { layer: 'l', feature: 'f', state: 'enforced' }]).status).toBe('full');
    const { unneeded: _, ...needed } = unneeded;
    expect(reportOf([needed, { layer: 'l', feature: 'f', state: 'enforced' }]).status).toBe('partial');
  });

  it.each<[readonly FeatureState[], EnforcementStatus]>([
    [['off', 'off'], 'none'],
    [['unsupported', 'off'], 'none'],
    [['enforced', 'off'], 'full'],
    [['already', 'unsupported'], 'partial'],
  ])('a feature that goes with a restriction does not count as one: layers %j are %s', (states, status) => {
    const beside: readonly FeatureReport[] = [
      { layer: 'process', feature: 'new_session', state: 'enforced' },
      { layer: 'caps', feature: 'no_new_privs', state: 'enforced' },
    ];
    const layers = states.map((state, index) => ({ layer: 'landlock', feature: `f${index}`, state }));
    expect(reportOf([...beside, ...layers]).status).toBe(status);
  });
});
