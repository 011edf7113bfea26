/* Whether the tests would notice if root trusted a name, an owner or a mode that it must not. */
import { mutationTests } from '@sb/test-kit/mutation';

import { mutants } from './mutants.js';

mutationTests('packages/files', mutants, 'linux', 'root');
