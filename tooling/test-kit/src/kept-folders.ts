import { rmSync } from 'node:fs';

/** Whether what a failing test staged stays, to be looked at (`SB_KEEP=1`). */
export const keepsFolders = process.env['SB_KEEP'] === '1';

/** Directories that are no longer needed, and whose test may have failed. */
const finished: string[] = [];

/** Removes a directory, or leaves it until the result of its test is known. */
export function finish(path: string): void {
  if (keepsFolders) finished.push(path);
  else rmSync(path, { recursive: true, force: true });
}

/**
 * Says where the directories of a test are, or removes them.
 *
 * @param hasFailed - whether that test did
 */
export function settle(hasFailed: boolean): void {
  for (const path of finished.splice(0)) {
    if (hasFailed) console.error(`kept: ${path}`);
    else rmSync(path, { recursive: true, force: true });
  }
}
