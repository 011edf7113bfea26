// Where pacman and pacman-fetch work: an installed pacman-fetch, and configurations of one system for each way.
// @ts-check
import { copyFileSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { packages, repositories } from './repository.mjs';

const app = fileURLToPath(new URL('../../../apps/pacman-fetch', import.meta.url));

/** The user of the downloads. */
export const user = 'nobody';

/**
 * @typedef {object} Configuration
 * @property {string} name of its file
 * @property {string} server
 * @property {number} [parallel] pacman's ParallelDownloads
 * @property {string} [xfer] pacman's XferCommand; pacman's own downloader if absent
 * @property {boolean} [isUser] whether pacman starts it as its DownloadUser; as root by default
 */

export class Place {
  #folder;

  /** @param {string} folder where it is to be made */
  constructor(folder) {
    this.#folder = folder;
    mkdirSync(join(folder, 'pacman.d'), { recursive: true });
    const lib = join(folder, 'lib');
    mkdirSync(lib);
    symlinkSync(join(app, 'dist'), join(lib, 'dist'));
    copyFileSync(join(app, 'prebuilds', `linux-${process.arch}`, 'start'), this.pacmanFetch);
  }

  /** The program, as a package of a distribution installs it. */
  get pacmanFetch() {
    return join(this.#folder, 'lib', 'start');
  }

  /**
   * @param {Configuration} configuration
   * @returns {string} its file
   */
  configure({ name, server, parallel = 5, xfer, isUser = false }) {
    const at = (/** @type {string} */ entry) => join(this.#folder, entry);
    writeFileSync(at('pacman.d/pacman-fetch.conf'), `[options]\nSandboxUser = ${user}\n`);
    const lines = [
      '[options]',
      `RootDir = ${at('root')}`,
      `DBPath = ${at('db')}`,
      `CacheDir = ${at('cache')}`,
      `LogFile = ${at('pacman.log')}`,
      `GPGDir = ${at('keys')}`,
      'Architecture = x86_64',
      `ParallelDownloads = ${parallel}`,
      'SigLevel = Never',
      ...(isUser ? [`DownloadUser = ${user}`] : []),
      ...(xfer === undefined ? [] : [`XferCommand = ${xfer}`]),
      ...repositories.flatMap((repository) => [`[${repository}]`, `Server = ${server}`]),
    ];
    writeFileSync(at(name), `${lines.join('\n')}\n`);
    return at(name);
  }

  /**
   * A system without packages, whose databases are as those of the server.
   *
   * @param {string} served the directory of the repository
   */
  clear(served) {
    for (const name of ['root', 'cache', 'db']) {
      rmSync(join(this.#folder, name), { recursive: true, force: true });
      mkdirSync(join(this.#folder, name));
    }
    const sync = join(this.#folder, 'db', 'sync');
    mkdirSync(sync);
    for (const name of repositories) copyFileSync(join(served, `${name}.db`), join(sync, `${name}.db`));
  }

  /** @throws {Error} unless all packages are in the cache */
  requireAll() {
    const { length } = readdirSync(join(this.#folder, 'cache'));
    if (length !== packages.length) throw new Error(`${length} of ${packages.length} packages came`);
  }
}
