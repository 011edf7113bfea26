import { makeStage } from './stage.js';

/** Runs before and after all tests of a package; see vitest.base.ts. */
export default makeStage;
