import { expect, it } from 'vitest';

import { deniedClause } from './denied-call.js';

it('names the call and what it is answered with', () => {
  expect(deniedClause({ call: 'capset', errno: 1 })).toBe(
    'a system-call filter that was loaded before answers capset with EPERM',
  );
  expect(deniedClause({ call: 'capset', errno: 0 })).toBe(
    'a system-call filter that was loaded before ends whoever calls capset',
  );
});
