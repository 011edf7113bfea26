/* What the kernel is taken to say where its list of threads is not the kernel's. */
import type { TaskStatus } from '@sb/core';
import { describe, expect, it } from 'vitest';

import type { Expected } from '../plan/plan.js';
import type { OwnTasks } from './own-tasks.js';
import { verifySelf } from './verify-self.js';

const expected = { groups: true, rules: { paths: [], ports: [] } } as unknown as Expected;
const main: TaskStatus = {
  tid: 7,
  uid: [954, 954, 954, 954],
  gid: [955, 955, 955, 955],
  groups: [],
  capInh: 0n,
  capPrm: 0n,
  capEff: 0n,
  capBnd: 0n,
  capAmb: 0n,
  noNewPrivs: false,
  seccomp: 0,
  seccompFilters: 0,
};

const tasks = (...read: readonly TaskStatus[]) => ({ filters: 0, read: () => read }) as unknown as OwnTasks;

describe('verifySelf', () => {
  it('takes an empty list of threads for no answer at all', () => {
    expect(() => verifySelf(tasks(), expected, [])).toThrow(
      expect.objectContaining({
        code: 'verification-failed',
        message: expect.stringContaining('/proc/self/task lists no thread') as string,
      }),
    );
  });

  it('says what it read of the main thread, and nothing where there is no /proc: the twins', () => {
    expect(verifySelf(tasks(main), expected, [])).toMatchObject({ uid: main.uid, gid: main.gid });
    expect(verifySelf(undefined, expected, [])).toBeUndefined();
  });
});
