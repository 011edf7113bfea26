import { packageTests } from '../../tooling/vitest.base.js';

export default packageTests();
