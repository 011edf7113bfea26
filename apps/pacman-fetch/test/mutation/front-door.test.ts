/* Whether the tests would notice if root trusted a command or the process of its front door more than it may. */
import { mutationTests } from '@sb/test-kit/mutation';

import { frontDoorMutants } from './front-door-mutants.js';
import { wordMutants } from './word-mutants.js';

mutationTests('apps/pacman-fetch', [...wordMutants, ...frontDoorMutants], 'linux', 'root');
