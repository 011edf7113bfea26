/* Whether the tests would notice if root believed a worker, a server or a neighbour what it must not. */
import { mutationTests } from '@sb/test-kit/mutation';

import { fileMutants } from './file-mutants.js';
import { lentMutants } from './lent-mutants.js';
import { originMutants } from './origin-mutants.js';
import { workerMutants } from './worker-mutants.js';

mutationTests(
  'packages/fetcher',
  [...workerMutants, ...fileMutants, ...lentMutants, ...originMutants],
  'linux',
  'root',
  'landlock6',
  'openssl',
);
