import { packageTests } from '../vitest.base.js';

export default packageTests({ moreCases: ['test/tools.test.ts'] });
