import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { keepsFolders, settle } from './kept-folders.js';
import { temporaryFolder } from './temporary.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * A directory that every user can read, with the built packages in `node_modules/@sb`. Programs that run as another user
 * are started from here, since the project itself may lie where only its owner can enter, for instance below /root.
 *
 * @throws Error outside a test run that `vitest.base.ts` has set up
 */
export function stage(): string {
  const path = process.env['SB_STAGE'];
  if (path === undefined) throw new Error('no stage: this runs outside of vitest, or without vitest.base.ts');
  return path;
}

/** Makes the stage of a test run, and returns what removes it. A run within a run takes the stage that is there. */
export function makeStage(): () => void {
  if (process.env['SB_STAGE'] !== undefined) return () => undefined;
  const folder = temporaryFolder();
  for (const name of readdirSync(join(root, 'packages'))) {
    for (const part of ['package.json', 'dist', 'prebuilds']) {
      const source = join(root, 'packages', name, part);
      const target = join(folder.path, 'node_modules', '@sb', name, part);
      if (existsSync(source)) cpSync(source, target, { recursive: true });
    }
  }
  mkdirSync(folder.file('bin'));
  process.env['SB_STAGE'] = folder.path;
  return () => {
    folder[Symbol.dispose]();
    // What a test has kept is started from here.
    settle(keepsFolders);
  };
}

/** Whether every user can pass through the directories above a file. */
export function isReachable(file: string): boolean {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/**
 * A path of a program that every user can run: its own, or that of a copy.
 *
 * @param file - path of the program
 * @param name - name of the copy, unique among programs
 */
export function reachableProgram(file: string, name: string): string {
  if (isReachable(file)) return file;
  const copy = join(stage(), 'bin', name);
  if (!existsSync(copy)) {
    // Renamed into place, since two test files may copy the same program at once.
    const temporary = `${copy}.${process.pid}`;
    cpSync(file, temporary);
    renameSync(temporary, copy);
  }
  return copy;
}
