import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { type ProgramResult, runProgram } from '@sb/test-kit';
import { expect } from 'vitest';

import { environment, program } from '../kit/fetch-program.js';
import type { Repository } from './repository.js';

/** How a pacman of a test is set up. */
export interface PacmanOptions {
  /** Folder of its own; everyone can pass through it. */
  readonly folder: string;
  /** URL of the repository. */
  readonly server: string;
  /** Certificates to trust. */
  readonly cacert: string;
  /** pacman's own DownloadUser; pacman then starts the XferCommand as that user. */
  readonly downloadUser?: string;
  /** The user that pacman-fetch becomes, in a configuration of its own. */
  readonly sandboxUser?: string;
  /** Checks signatures with this repository's key; without it none are asked for. */
  readonly signedBy?: Repository;
}

/** What pacman-fetch reported of one download. */
export interface Report {
  readonly url: string;
  readonly status: string;
  readonly features: readonly { readonly layer: string; readonly feature: string; readonly state: string }[];
  readonly verified: {
    readonly uid: readonly number[];
    readonly gid: readonly number[];
    readonly groups: readonly number[];
  };
}

/**
 * That a download was made by a user: by its own group and no other; or, of a worker, by one that no other process has,
 * with the user's own beside it.
 */
export function expectMadeBy({ uid, gid, groups }: Report['verified'], user: number, group: number): void {
  const [own = -1] = gid;
  expect({ uid, gid }).toEqual({ uid: [user, user, user, user], gid: [own, own, own, own] });
  if (own === group) expect(groups).toEqual([]);
  else expect({ isPrivate: own > 61_183, groups }).toEqual({ isPrivate: true, groups: [group] });
}

/** A pacman with a root, databases and a cache of its own, whose XferCommand is pacman-fetch. */
export class Pacman {
  readonly cache: string;
  readonly database: string;
  readonly #config: string;
  readonly #reports: string;

  constructor(options: PacmanOptions) {
    const at = (name: string): string => join(options.folder, name);
    this.cache = at('cache');
    this.database = at('db');
    this.#config = at('pacman.conf');
    this.#reports = at('reports.jsonl');
    for (const name of ['root', 'cache', 'db', 'keys']) mkdirSync(at(name));
    // Whoever downloads appends to it.
    writeFileSync(this.#reports, '', { mode: 0o666 });
    execFileSync('chmod', ['0666', this.#reports]);
    const fetchConfig = at('pacman-fetch.conf');
    const user = options.sandboxUser === undefined ? [] : [`SandboxUser = ${options.sandboxUser}`];
    writeFileSync(fetchConfig, ['[options]', ...user, ''].join('\n'));
    const fetchOptions = ['--config', fetchConfig, '--cacert', options.cacert, '--report', this.#reports];
    const lines = [
      '[options]',
      `RootDir = ${at('root')}`,
      `DBPath = ${this.database}`,
      `CacheDir = ${this.cache}`,
      `LogFile = ${at('pacman.log')}`,
      `GPGDir = ${at('keys')}`,
      `HookDir = ${at('hooks')}`,
      'Architecture = x86_64',
      `SigLevel = ${options.signedBy === undefined ? 'Never' : 'Required TrustedOnly'}`,
      ...(options.downloadUser === undefined ? [] : [`DownloadUser = ${options.downloadUser}`]),
      `XferCommand = ${process.execPath} ${program} ${fetchOptions.join(' ')} -o %o %u`,
      '[test]',
      `Server = ${options.server}`,
    ];
    writeFileSync(this.#config, `${lines.join('\n')}\n`);
    if (options.signedBy !== undefined) trust(at('keys'), options.signedBy);
  }

  /** Runs pacman with arguments; it asks nothing. */
  async run(...args: readonly string[]): Promise<ProgramResult> {
    return await runProgram('pacman', ['--config', this.#config, '--noconfirm', ...args], {
      env: environment,
      timeout: 120_000,
    });
  }

  /**
   * Runs pacman with no --config: its configuration lies over /etc/pacman.conf, in a mount namespace of its own, with
   * the XferCommand as the documentation has it.
   */
  async runWithSystemConfig(...args: readonly string[]): Promise<ProgramResult> {
    const command = `XferCommand = ${process.execPath} ${program} -o %o %u`;
    const config = `${this.#config}.system`;
    writeFileSync(config, readFileSync(this.#config, 'utf8').replace(/^XferCommand.*$/m, command));
    const script = 'mount --bind "$1" /etc/pacman.conf && shift && exec pacman --noconfirm "$@"';
    return await runProgram('unshare', ['--mount', 'sh', '-c', script, 'sh', config, ...args], { env: environment });
  }

  /** What was in force in each download so far. */
  reports(): readonly Report[] {
    if (!existsSync(this.#reports)) return [];
    const lines = readFileSync(this.#reports, 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line) as Report);
  }
}

/** Lets a pacman trust a repository's key, as pacman-key does with an Arch keyring. */
export function trust(folder: string, { publicKey, keyId }: Repository): void {
  const gpg = (args: readonly string[], input?: string) =>
    execFileSync('gpg', ['--homedir', folder, '--batch', '--quiet', ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      input,
    });
  // gpg would make a keybox, which pacman's gpgme setting doesn't look into.
  writeFileSync(join(folder, 'pubring.gpg'), '');
  gpg(['--import', publicKey]);
  gpg(['--import-ownertrust'], `${keyId}:6:\n`);
  // Read by the user who runs pacman only. Before gpg's agent is ended, which takes its sockets away while it ends.
  execFileSync('chmod', ['-R', 'go-rwx', folder]);
  execFileSync('gpgconf', ['--homedir', folder, '--kill', 'all']);
}
