import { packageTests } from '../../tooling/vitest.base.js';

export default packageTests({
  testTimeout: 60_000,
  moreCases: [
    'test/any-bytes.test.ts',
    'test/bad-mirrors.test.ts',
    'test/faults.test.ts',
    'test/killed-parent.test.ts',
    'test/lanes-hostile.test.ts',
  ],
});
