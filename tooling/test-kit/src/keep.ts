/** Runs in each test file under `SB_KEEP=1`; see vitest.base.ts. */
import { afterAll, afterEach } from 'vitest';

import { settle } from './kept-folders.js';

let hasFailed = false;

afterEach(({ task }) => {
  const failed = task.result?.state === 'fail';
  hasFailed ||= failed;
  settle(failed);
});

// What several tests share is done with after the last.
afterAll(() => settle(hasFailed));
