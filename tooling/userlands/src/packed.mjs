// The packages as a registry would have them: packed tarballs in a folder.
// @ts-check
import { mkdirSync, readdirSync } from 'node:fs';

import { MatrixError, output } from '../../kernel-matrix/src/shell.mjs';
import { root } from './record.mjs';

/** Everything that somebody installs, and what it depends on. */
const packages = [
  '@sb/core',
  '@sb/files',
  '@sb/privdrop',
  '@sb/caps',
  '@sb/landlock',
  '@sb/seccomp',
  '@sb/sandbox',
  '@sb/fetcher',
  'pacman-fetch',
];

/**
 * Packs every package, as it is built.
 *
 * @param {string} folder that gets the tarballs
 * @throws {MatrixError} with what npm said
 */
export function packAll(folder) {
  mkdirSync(folder, { recursive: true });
  const workspaces = packages.flatMap((name) => ['--workspace', name]);
  output('npm', ['pack', '--silent', '--pack-destination', folder, ...workspaces], { cwd: root });
  const count = readdirSync(folder).length;
  if (count !== packages.length) throw new MatrixError(`npm packed ${count} of ${packages.length} packages.`);
}
