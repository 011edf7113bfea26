/* Whether the tests would notice if the self-test proved less than it says, or gave away what is root's. */
import { mutationTests } from '@sb/test-kit/mutation';

import { selfTestMutants } from './self-test-mutants.js';

mutationTests('packages/sandbox', selfTestMutants, 'linux', 'root', 'landlock7');
