import { packageTests } from '../vitest.base.js';

export default packageTests({ moreCases: ['test/native-part.test.ts'] });
