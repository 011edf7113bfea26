// Debian's packages of other releases, through an apt state of our own: nothing of the system's is changed, and apt
// checks every signature against Debian's keys.
// @ts-check
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { MatrixError, output } from './shell.mjs';

/** Debian's keys of the archive. */
export const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** @typedef {{ readonly options: readonly string[], readonly architecture: string }} Apt */

/**
 * Makes a state of apt for one release and reads its lists.
 *
 * @param {string} folder where the state is kept
 * @param {{ suite: string, architecture: string }} release `architecture` as Debian calls it
 * @returns {Apt}
 * @throws {MatrixError} if this system is not Debian, or the mirror cannot be reached
 */
export function openSuite(folder, { suite, architecture }) {
  const state = join(folder, `${suite}-${architecture}`);
  for (const part of ['lists/partial', 'archives/partial']) mkdirSync(join(state, part), { recursive: true });
  writeFileSync(join(state, 'status'), '');
  writeFileSync(join(state, 'sources.list'), `deb [signed-by=${keyring}] ${debianMirror()} ${suite} main\n`);
  const settings = {
    'Dir::State': state,
    'Dir::State::lists': join(state, 'lists'),
    'Dir::State::status': join(state, 'status'),
    'Dir::Cache': state,
    'Dir::Cache::archives': join(state, 'archives'),
    'Dir::Etc::sourcelist': join(state, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'APT::Architecture': architecture,
    'APT::Architectures': architecture,
    // The state belongs to whoever runs this, and apt's own user can't write there.
    'APT::Sandbox::User': 'root',
    'Acquire::Retries': '3',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  output('apt-get', [...options, '--quiet', 'update']);
  return { options, architecture };
}

/**
 * Names of packages that match, oldest first.
 *
 * @param {Apt} apt
 * @param {RegExp} pattern of the whole name
 */
export function packagesNamed({ options }, pattern) {
  const names = output('apt-cache', [...options, 'pkgnames']).split('\n');
  return names.filter((name) => pattern.test(name)).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/**
 * Downloads a package and unpacks it into a directory.
 *
 * @param {Apt} apt
 * @param {string} name
 * @param {string} folder
 */
export function unpack({ options, architecture }, name, folder) {
  const download = join(folder, 'download');
  mkdirSync(download, { recursive: true });
  output('apt-get', [...options, '--quiet', 'download', `${name}:${architecture}`], { cwd: download });
  const file = readdirSync(download).find((one) => one.startsWith(`${name}_`));
  if (file === undefined) throw new MatrixError(`apt-get downloaded no ${name}`);
  output('dpkg-deb', ['-x', join(download, file), folder]);
}

/**
 * The address from which this machine itself gets Debian.
 *
 * @returns {string}
 * @throws {MatrixError} if this system is not Debian, or apt knows no mirror
 */
export function debianMirror() {
  if (!existsSync(keyring)) {
    throw new MatrixError(`No ${keyring}: this comes from Debian. Run this on Debian 13, or in a container of it.`);
  }
  const format = ['--format', '$(REPO_URI) $(CODENAME)', 'Created-By: Packages'];
  const lines = output('apt-get', ['indextargets', ...format]).split('\n');
  const main = lines
    .map((line) => line.split(' '))
    .find(([uri = '', name = '']) => uri.startsWith('http') && /^[a-z]+$/.test(name));
  if (main?.[0] !== undefined) return main[0];
  throw new MatrixError('apt knows no Debian mirror. Add one to /etc/apt/sources.list and run apt-get update.');
}
