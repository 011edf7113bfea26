/** Whether the tests of a package would notice if something was taken away. */
export { change, type Mutant, without } from './mutant.js';
export { mutationTests } from './mutation-tests.js';
export { orderTimeout, TestRunner, type Verdict } from './test-runner.js';
