import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { type ProgramResult, runProgram } from '@sb/test-kit';

import { environment, program, runFetch } from '../kit/fetch-program.js';
import { trust } from '../pacman/pacman.js';
import type { Repository } from '../pacman/repository.js';

/** How a machine of a test is set up. */
export interface MachineOptions {
  /** Servers of the repository `test`, in their order. */
  readonly servers: readonly string[];
  /** Its cache servers. */
  readonly cacheServers?: readonly string[];
  /** Who downloads for us, by pacman-fetch.conf; '' for nobody. Default: the user `nobody`. */
  readonly sandboxUser?: string;
  /** More lines of `[options]`. */
  readonly options?: readonly string[];
  /** More lines of pacman-fetch.conf; `@` stands for the certificates. */
  readonly own?: readonly string[];
  /** Checks signatures with this repository's key; without it none are asked for. */
  readonly signedBy?: Repository;
  /** A cache folder, and one of databases, that are there already. Default: new ones of its own. */
  readonly cache?: string;
  readonly database?: string;
  /** Certificates to trust. */
  readonly cacert?: string;
}

/** A root, databases and a cache of its own, for pacman and for us. */
export class Machine {
  readonly cache: string;
  readonly database: string;
  readonly config: string;
  readonly cacert: string | undefined;
  readonly #cacert: readonly string[];

  /**
   * @param folder - an empty one that everyone can pass through
   * @param setup - how it is set up
   */
  constructor(folder: string, setup: MachineOptions) {
    const { servers, cacheServers = [], options = [], own = [], signedBy, cacert, sandboxUser = 'nobody' } = setup;
    const at = (name: string): string => join(folder, name);
    this.cache = setup.cache ?? at('cache');
    this.database = setup.database ?? at('db');
    this.config = at('pacman.conf');
    this.cacert = cacert;
    this.#cacert = cacert === undefined ? [] : ['--cacert', cacert];
    for (const name of ['root', 'cache', 'db', 'keys', 'pacman.d']) mkdirSync(at(name));
    const userLines = sandboxUser === '' ? [] : [`SandboxUser = ${sandboxUser}`];
    const ownLines = ['[options]', ...userLines, ...own].map((line) => line.replaceAll('@', cacert ?? ''));
    writeFileSync(at('pacman.d/pacman-fetch.conf'), `${ownLines.join('\n')}\n`);
    const lines = [
      '[options]',
      `RootDir = ${at('root')}`,
      `DBPath = ${this.database}`,
      `CacheDir = ${this.cache}`,
      `LogFile = ${at('pacman.log')}`,
      `GPGDir = ${at('keys')}`,
      `HookDir = ${at('hooks')}`,
      'Architecture = x86_64',
      'ParallelDownloads = 5',
      `SigLevel = ${signedBy === undefined ? 'Never' : 'Required TrustedOnly'}`,
      ...options,
      '[test]',
      ...cacheServers.map((url) => `CacheServer = ${url}`),
      ...servers.map((url) => `Server = ${url}`),
    ];
    writeFileSync(this.config, `${lines.join('\n')}\n`);
    if (signedBy !== undefined) trust(at('keys'), signedBy);
  }

  /** Runs a command of pacman-fetch. */
  async run(command: string, ...args: readonly string[]): Promise<ProgramResult> {
    return await runFetch([command, '--config', this.config, ...this.#cacert, ...args]);
  }

  /** Starts a command of pacman-fetch and leaves it running. */
  start(command: string, ...args: readonly string[]): ChildProcess {
    const all = [program, command, '--config', this.config, ...this.#cacert, ...args];
    return spawn(process.execPath, all, { env: environment, stdio: 'ignore' });
  }

  /** Runs the real pacman, which asks nothing. */
  async pacman(...args: readonly string[]): Promise<ProgramResult> {
    return await runProgram('pacman', ['--config', this.config, '--noconfirm', ...args], { env: environment });
  }

  /** Runs the real pacman where there is no network at all. */
  async pacmanWithoutNetwork(...args: readonly string[]): Promise<ProgramResult> {
    const command = ['--net', 'pacman', '--config', this.config, '--noconfirm', ...args];
    return await runProgram('unshare', command, { env: environment });
  }
}
