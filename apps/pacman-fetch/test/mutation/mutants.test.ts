/* Whether the tests would notice if root trusted a neighbour or its own sandbox more than it may. */
import { mutationTests } from '@sb/test-kit/mutation';

import { confinementMutants } from './confinement-mutants.js';
import { fileMutants } from './file-mutants.js';

mutationTests('apps/pacman-fetch', [...confinementMutants, ...fileMutants], 'linux', 'root');
