import { expect, it } from 'vitest';

import { deniedClause } from './denied-call.js';

it('names the call and what it is answered with', () => {
  expect(deniedClause({ call: 'capset', errno: 1 })).toBe('an earlier system-call filter answers capset with EPERM');
  expect(deniedClause({ call: 'capset', errno: 0 })).toBe(
    'an earlier system-call filter kills a process that calls capset',
  );
});
