// pacman's own test suite, from Debian's archive of its sources. Nothing of it lies in this project: it is fetched, its sum is
// compared with the one below, and it stays in a cache.
// @ts-check
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { debianMirror, keyring } from '../../kernel-matrix/src/apt.mjs';
import { output } from '../../kernel-matrix/src/shell.mjs';

const release = {
  version: '7.0.0',
  file: 'pacman-package-manager_7.0.0.orig.tar.xz',
  sha256: '61cbd445d1381b4b184bc7c4e2791f07a79f0f2807b7c600399d0d08e8cd28cf',
};

/** `$XDG_CACHE_HOME/sb-pacman-suite`, or below `~/.cache`. */
const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sb-pacman-suite');

/**
 * Downloads the suite, unless it is there already.
 *
 * @returns {string} its directory, which holds `pactest.py` and `tests`
 * @throws Error if it cannot be downloaded, or is a different one
 */
export function suiteFolder() {
  const folder = join(cache, `pacman-${release.version}`);
  const suite = join(folder, 'test', 'pacman');
  if (existsSync(suite)) return suite;
  mkdirSync(cache, { recursive: true });
  const file = join(cache, release.file);
  if (!existsSync(file) || !isRight(file)) download();
  if (!isRight(file)) throw new Error(`${file} has another sum than pacman ${release.version}. Remove it.`);
  const work = `${folder}.${process.pid}`;
  mkdirSync(work);
  output('tar', ['-xJf', file, '--strip-components=1', '-C', work]);
  renameSync(work, folder);
  return suite;
}

/** @param {string} file */
function isRight(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex') === release.sha256;
}

/** Uses a separate state of apt, and the mirror from which this machine gets Debian. */
function download() {
  const state = join(cache, 'apt');
  for (const part of ['lists/partial', 'archives/partial']) mkdirSync(join(state, part), { recursive: true });
  writeFileSync(join(state, 'status'), '');
  writeFileSync(join(state, 'sources.list'), `deb-src [signed-by=${keyring}] ${debianMirror()} trixie main\n`);
  const settings = {
    'Dir::State': state,
    'Dir::State::lists': join(state, 'lists'),
    'Dir::State::status': join(state, 'status'),
    'Dir::Cache': state,
    'Dir::Etc::sourcelist': join(state, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'APT::Sandbox::User': 'root',
    'Acquire::Retries': '3',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  output('apt-get', [...options, '--quiet', 'update']);
  const name = `pacman-package-manager=${release.version}-1`;
  output('apt-get', [...options, '--quiet', 'source', '--download-only', '--tar-only', name], { cwd: cache });
  rmSync(state, { recursive: true });
}
