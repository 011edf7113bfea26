/* Whether the tests would notice if root trusted a neighbour, a command or its own sandbox more than it may. */
import { mutationTests } from '@sb/test-kit/mutation';

import { confinementMutants } from './confinement-mutants.js';
import { fileMutants } from './file-mutants.js';
import { frontDoorMutants } from './front-door-mutants.js';
import { wordMutants } from './word-mutants.js';

mutationTests(
  'apps/pacman-fetch',
  [...confinementMutants, ...fileMutants, ...wordMutants, ...frontDoorMutants],
  'linux',
  'root',
);
