// The files of the project as git knows them.
// @ts-check
import { execFileSync } from 'node:child_process';

import { root } from './shell.mjs';

/** Files that are tracked, or new and not ignored. */
export function projectFiles() {
  // Whoever runs it need not own the tree: tests do so as an ordinary user.
  const output = execFileSync(
    'git',
    ['-c', `safe.directory=${root}`, 'ls-files', '--cached', '--others', '--exclude-standard', '-z'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  return output.split('\0').filter((file) => file !== '');
}

/** C and C++ sources and headers. */
export function cFiles() {
  return projectFiles().filter((file) => /\.(?:c|cc|h)$/.test(file));
}
