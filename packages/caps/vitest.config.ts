import { packageTests } from '../../tooling/vitest.base.js';

export default packageTests({
  moreCases: [
    'test/privileged/differential.test.ts',
    'test/privileged/sequence.test.ts',
    'test/privileged/threads.test.ts',
  ],
});
