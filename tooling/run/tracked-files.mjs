// The files of the project as git knows them.
// @ts-check
import { execFileSync } from 'node:child_process';

import { root } from './shell.mjs';

/** Files that are tracked, or new and not ignored. */
export function projectFiles() {
  const output = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
  });
  return output.split('\0').filter((file) => file !== '');
}

/** C and C++ sources and headers. */
export function cFiles() {
  return projectFiles().filter((file) => /\.(?:c|cc|h)$/.test(file));
}
