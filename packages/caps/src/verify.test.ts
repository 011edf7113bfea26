import { parseTaskStatus } from '@sb/core';
import { describe, expect, it } from 'vitest';

import type { CapsTarget } from './plan.js';
import { verify } from './verify.js';

const lines = { CapInh: '0', CapPrm: '400', CapEff: '400', CapBnd: '20', CapAmb: '0', NoNewPrivs: '1', Seccomp: '0' };
const task = (tid: number, changes: Partial<typeof lines> = {}) => {
  const ids = 'Uid: 0 0 0 0\nGid: 0 0 0 0\nGroups:\n';
  const rest = Object.entries({ ...lines, ...changes }).map(([name, value]) => `${name}: ${value}\n`);
  return parseTaskStatus(`Pid: ${tid}\n${ids}${rest.join('')}`);
};

const target: CapsTarget = {
  effective: ['cap_net_bind_service'],
  permitted: ['cap_net_bind_service'],
  inheritable: [],
  ambient: [],
  bounding: ['cap_kill'],
  noNewPrivs: true,
};

describe('verify', () => {
  it('takes threads that are as asked for, and does not look at what was left alone', () => {
    expect(() => verify([task(1), task(2)], target)).not.toThrow();
    expect(() =>
      verify([task(1, { CapBnd: 'ff', NoNewPrivs: '0' })], { permitted: ['cap_net_bind_service'] }),
    ).not.toThrow();
  });

  it.each([
    ['CapEff', '0', 'effective'],
    ['CapPrm', '401', 'permitted'],
    ['CapInh', '1', 'inheritable'],
    ['CapAmb', '1', 'ambient'],
    ['CapBnd', '21', 'bounding'],
    ['NoNewPrivs', '0', 'no_new_privs'],
  ])('refuses one thread among others with another %s', (name, value, what) => {
    expect(() => verify([task(1), task(7, { [name]: value }), task(9)], target)).toThrow(
      `thread 7 has ${what} that were not asked for`,
    );
  });
});
