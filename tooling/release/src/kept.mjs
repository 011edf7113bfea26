// The tarballs of a dry release that are kept, so that the bytes that were tried are those that are published.
// @ts-check
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {import('./pack.mjs').Tarball} Tarball */
/** @typedef {Pick<Tarball, 'name' | 'version' | 'filename' | 'integrity'>} KeptTarball */
/** @typedef {{ commit: string, tarballs: readonly KeptTarball[] }} Kept tarballs: in the order of publishing */

/** The list of what is in the directory. */
export const listName = 'release.json';

/**
 * @param {readonly Tarball[]} tarballs
 * @param {string} folder that is empty; made if it isn't there
 * @param {string} commit that they were packed of
 * @throws Error if the directory is not empty
 */
export function keepTarballs(tarballs, folder, commit) {
  mkdirSync(folder, { recursive: true });
  if (readdirSync(folder).length > 0) throw new Error(`${folder} is not empty`);
  for (const { file, filename } of tarballs) copyFileSync(file, join(folder, filename));
  const list = tarballs.map(({ name, version, filename, integrity }) => ({ name, version, filename, integrity }));
  writeFileSync(join(folder, listName), `${JSON.stringify({ commit, tarballs: list }, undefined, 2)}\n`);
}
