/* A process that is called pacman, starts the program for one file after the other, and lists what is to come when it is asked. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';

import { compileC } from '@sb/test-kit';

import { environment } from './fetch-program.js';

/**
 * Compiles it.
 *
 * @param folder - that every user can read
 * @returns its path
 */
export async function compilePacman(folder: string): Promise<string> {
  const path = join(folder, 'pacman');
  await compileC(path, { from: import.meta.url, sources: ['../front-door/fixtures/pacman.c'], flags: ['-static'] });
  return path;
}

/** How one is started. */
export interface ListingOptions {
  /** Path of the program. */
  readonly program: string;
  /** Where it finds its list, and says what it was as it listed: a new folder. */
  readonly database: string;
  readonly list: readonly string[];
  /** Its arguments besides `--dbpath`. */
  readonly args?: readonly string[];
  readonly uid?: number;
}

/** One that is running. */
export class ListingPacman implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<unknown>;
  readonly #listener: Server;
  #told = '';

  constructor({ program, database, list, args = ['-S', '--noconfirm', 'a'], uid }: ListingOptions) {
    mkdirSync(database, { recursive: true });
    writeFileSync(join(database, 'list'), list.map((line) => `${line}\n`).join(''));
    this.#listener = createServer((socket) => socket.on('data', (text) => (this.#told += text.toString())));
    this.#listener.listen(join(database, 'told'), () => chmodSync(join(database, 'told'), 0o777));
    this.#child = spawn(program, ['--dbpath', database, ...args], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: environment,
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    this.#ended = new Promise((resolve) => this.#child.once('close', resolve));
    const lines: Interface = createInterface({ input: this.#child.stdout ?? process.stdin });
    this.#lines = lines[Symbol.asyncIterator]();
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Runs a command as its child, and gives its status. */
  async run(...words: readonly string[]): Promise<number> {
    this.#child.stdin?.write(`${words.join('\t')}\n`);
    const { value } = await this.#lines.next();
    return Number(/^=(\d+)$/.exec(String(value))?.[1]);
  }

  /** What it has said of itself as it listed; empty before. */
  told(): readonly string[] {
    return this.#told
      .split('\n')
      .filter((line) => line !== '')
      .toSorted();
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    this.#listener.close();
    await this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
