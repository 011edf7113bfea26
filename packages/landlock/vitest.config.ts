import { packageTests } from '../../tooling/vitest.base.js';

export default packageTests({ moreCases: ['test/enforcement/threads.test.ts'] });
