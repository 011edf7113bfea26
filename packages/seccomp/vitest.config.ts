import { packageTests } from '../../tooling/vitest.base.js';

// Some tests start four releases of Node, one after the other.
export default packageTests({ testTimeout: 60_000 });
