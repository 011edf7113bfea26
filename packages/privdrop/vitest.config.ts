import { packageTests } from '../../tooling/vitest.base.js';

export default packageTests({ moreCases: ['test/privileged/drop.test.ts'] });
