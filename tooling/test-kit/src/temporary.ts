import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { finish } from './kept-folders.js';

/** A directory that is removed when it leaves its block (`using folder = temporaryFolder()`). */
export interface TemporaryFolder extends Disposable {
  readonly path: string;
  /** A path inside it. */
  file(...parts: readonly string[]): string;
}

/**
 * Makes a directory for one test. Under `SB_KEEP=1`, that of a test that fails stays, and its path is printed.
 *
 * @param mode - its permissions. Default: 0o755, so that every user can pass through it
 */
export function temporaryFolder(mode = 0o755): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), 'sb-test-'));
  chmodSync(path, mode);
  return {
    path,
    file: (...parts) => join(path, ...parts),
    [Symbol.dispose]: () => finish(path),
  };
}
