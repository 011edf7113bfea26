// `node tooling/release/src/publish.mjs FOLDER`: publishes the tarballs that `npm run release:dry -- --keep FOLDER` tried and
// left there, and tags the commit. It needs Node, npm and git alone: what may publish runs no program of others.
// @ts-check
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import { listName } from './kept.mjs';

/** @typedef {import('./kept.mjs').Kept} Kept */

const execute = promisify(execFile);

/**
 * Publishes in the order of the list what the registry does not have. A run that was interrupted can be repeated.
 *
 * @param {string} folder with the tarballs and their list
 * @param {object} options
 * @param {string} options.tree the clone of the commit that they were packed of
 * @param {(line: string) => void} options.say
 * @param {NodeJS.ProcessEnv} [options.env] of npm and git
 * @returns {Promise<readonly string[]>} the tags: NAME@VERSION of each that was published
 * @throws Error where the tarballs are not those that were tried, or not of this commit, or the registry refuses
 */
export async function publishKept(folder, { tree, say, env = process.env }) {
  /** @type {(file: string, ...args: readonly string[]) => Promise<string>} */
  const run = async (file, ...args) => (await execute(file, args, { cwd: tree, env, encoding: 'utf8' })).stdout.trim();
  /** @type {Kept} */
  const { commit, tarballs } = JSON.parse(readFileSync(join(folder, listName), 'utf8'));
  const head = await run('git', 'rev-parse', 'HEAD');
  if (commit !== head) throw new Error(`the tarballs are of ${commit}, and this is ${head}: pack them again`);
  // Of all before the first: half a release is worse than none.
  for (const { filename, integrity } of tarballs) {
    if (integrityOf(join(folder, filename)) !== integrity)
      throw new Error(`${filename} is not what was tried: pack it again`);
  }
  /** @type {string[]} */
  const tags = [];
  for (const { name, version, filename, integrity } of tarballs) {
    const tag = `${name}@${version}`;
    const published = await publishedIntegrity(tag, run);
    if (published === undefined) {
      // Access and provenance are in its package.json.
      await run('npm', 'publish', '--ignore-scripts', resolve(folder, filename));
      tags.push(tag);
    } else if (published !== integrity) {
      // A package that has changed since, and that nobody released.
      say(`${tag} was published earlier, of other sources`);
      continue;
    }
    const place = `refs/tags/${tag}`;
    if ((await run('git', 'ls-remote', 'origin', place)) === '')
      await run('git', 'push', 'origin', `${commit}:${place}`);
    say(`${tag} is published`);
  }
  return tags;
}

/**
 * @param {string} tag NAME@VERSION
 * @param {(file: string, ...args: readonly string[]) => Promise<string>} run
 * @returns {Promise<string | undefined>} undefined where the registry does not have it
 * @throws Error where the registry gives no answer
 */
async function publishedIntegrity(tag, run) {
  try {
    const text = await run('npm', 'view', tag, 'dist.integrity', '--json');
    return text === '' ? undefined : JSON.parse(text);
  } catch (error) {
    // Neither the package nor the version is there: any other answer says nothing of either.
    const { stdout = '' } = /** @type {{ stdout?: string }} */ (error);
    if (/"code": "E404"/.test(stdout)) return undefined;
    throw error;
  }
}

/** As npm names the contents of a file. @param {string} file */
function integrityOf(file) {
  return `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) throw new Error('name the directory of the tarballs');
  const tree = resolve(import.meta.dirname, '../../..');
  const tags = await publishKept(folder, { tree, say: (line) => process.stdout.write(`${line}\n`) });
  process.stdout.write(`${tags.length} published\n`);
}
