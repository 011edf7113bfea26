// The files of a user land, made once and kept.
// @ts-check
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { makeArm64Root } from './arm64-root.mjs';
import { cache } from './cache.mjs';
import { makeDebianRoot } from './debian-root.mjs';
import { makeMuslRoot } from './musl-root.mjs';

/** Changes whenever roots are made otherwise: those that are kept are made anew then. */
const version = 1;

/**
 * The root of a user land. Only this function writes there.
 *
 * @param {import('./lands.mjs').Land} land
 * @param {{ refresh: boolean, say: (text: string) => void }} options
 * @returns {string} its directory
 * @throws {import('../../kernel-matrix/src/shell.mjs').MatrixError} if it is not available, with the reason
 */
export function rootOf({ name, arch, suite, isStale }, { refresh, say }) {
  const folder = join(cache, 'roots', `${name.toLowerCase().replaceAll(' ', '-')}-${version}`);
  // Beside the root: what is in it is what a user of it sees.
  const mark = `${folder}.complete`;
  if (!refresh && existsSync(mark)) return folder;
  say(`» ${name}: making its root`);
  const started = performance.now();
  mkdirSync(join(cache, 'roots'), { recursive: true });
  const fresh = `${folder}.${process.pid}`;
  try {
    if (suite === undefined) makeMuslRoot(fresh);
    else if (arch === 'arm64') makeArm64Root(fresh, suite);
    else makeDebianRoot(fresh, { suite, isStale });
    rmSync(mark, { force: true });
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
    writeFileSync(mark, '');
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  say(`» ${name}: its root took ${Math.round((performance.now() - started) / 1000)} s`);
  return folder;
}
