/* A process that is called pacman, and starts the program for one file after the other as pacman does. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { stage } from '@sb/test-kit';

import { environment, eventually, program } from './fetch-program.js';

const built = fileURLToPath(new URL(`../../prebuilds/linux-${process.arch}/start`, import.meta.url));

/** The sources of the starter, as seen from a folder of tests. */
export const nativeSources: readonly string[] = ['../../native', '../../native/front'].flatMap((folder) =>
  readdirSync(new URL(folder, import.meta.url))
    .filter((name) => name.endsWith('.c'))
    .map((name) => `${folder}/${name}`),
);

/** Puts the starter beside a program: by it, every user can run that. */
function installed(folder: string, start: string): string {
  const target = join(folder, 'start');
  if (!existsSync(target)) copyFileSync(start, target);
  chmodSync(target, 0o755);
  return target;
}

/** Path of the starter beside the program that is tested. */
export const starter = installed(dirname(dirname(program)), built);

/**
 * Installs the program anew, with another process in the place of the one that downloads.
 *
 * @param folder - an empty one that every user can read
 * @param serve - path of what takes its place
 * @param start - path of the starter. Default: the one that was built
 * @returns path of the starter
 */
export function installWith(folder: string, serve: string, start: string = built): string {
  cpSync(dirname(program), join(folder, 'dist'), { recursive: true });
  copyFileSync(join(dirname(dirname(program)), 'package.json'), join(folder, 'package.json'));
  // Its packages are found from where the stage lies.
  symlinkSync(join(stage(), 'node_modules'), join(folder, 'node_modules'));
  replaceServer(join(folder, 'dist'), serve);
  return installed(folder, start);
}

/** What is built is a CommonJS module; a fixture is an ES module that waits at its top, and is begun by one. */
function replaceServer(folder: string, serve: string): void {
  const entry = join(folder, 'serve.cjs');
  if (serve.endsWith('.cjs')) {
    copyFileSync(serve, entry);
    return;
  }
  copyFileSync(serve, join(folder, 'serve-fixture.mjs'));
  writeFileSync(entry, "void import('./serve-fixture.mjs');\n");
}

/** How a call of the program ended. */
export interface CallResult {
  readonly status: number;
  /** Standard output and error. */
  readonly said: string;
}

/** How a stand-in is started. */
export interface StandInOptions {
  /** What it is called. Default: pacman. */
  readonly name?: string;
  readonly uid?: number;
  /** A program with arguments that starts it, for instance unshare(1). */
  readonly prefix?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A process of pacman's name, whose children are what it is told to run. */
export class StandIn implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #lines: string[] = [];
  #calls = 0;

  /** @param options - who it is */
  constructor({ name = 'pacman', uid, prefix = [], env = {} }: StandInOptions = {}) {
    const shell = join(stage(), 'names', name);
    mkdirSync(dirname(shell), { recursive: true });
    if (!existsSync(shell)) copyFileSync('/bin/bash', shell);
    const [file, ...words] = [...prefix, shell, '--norc', '-s'];
    this.#child = spawn(file, words, {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...environment, ...env },
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    this.#ended = new Promise((resolve) => {
      this.#child.once('close', resolve);
    });
    const { stdout } = this.#child;
    if (stdout === null) throw new Error('no pipe');
    createInterface({ input: stdout }).on('line', (line) => this.#lines.push(line));
  }

  /** Of the process that was started: that of a prefix, where there is one. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Starts a command, and leaves it running. */
  start(...words: readonly string[]): number {
    const number = ++this.#calls;
    const quoted = words.map((word) => `'${word}'`).join(' ');
    this.#child.stdin?.write(`${quoted} 2>&1 </dev/null; echo "=${number} $?"\n`);
    return number;
  }

  /** Waits for the end of a command. */
  async end(number: number): Promise<CallResult> {
    const mark = new RegExp(`^=${number} (\\d+)$`);
    const at = await eventually('the end of a call', () => {
      const found = this.#lines.findIndex((line) => mark.test(line));
      return found < 0 ? undefined : { found };
    });
    const [said, last = ''] = [this.#lines.slice(0, at.found), this.#lines[at.found]];
    this.#lines.splice(0, at.found + 1);
    return { status: Number(mark.exec(last)?.[1]), said: said.map((line) => `${line}\n`).join('') };
  }

  /** Runs a command to its end. */
  async run(...words: readonly string[]): Promise<CallResult> {
    return await this.end(this.start(...words));
  }

  /** Ends it. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.#child.kill(signal);
    await this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

/** A process that keeps, and the one that downloads for it. */
export interface Family {
  readonly keeper: number;
  readonly server: number;
}

const commandLine = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
  } catch {
    return '';
  }
};

/** The processes that download for calls with a word in their arguments, for instance the folder of FILE. */
export function families(word: string): readonly Family[] {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  const servers = pids.filter((pid) => commandLine(pid).includes('/serve.cjs ') && commandLine(pid).includes(word));
  const found = servers.map((server) => ({ server, keeper: parentOf(server) }));
  // One of them may ask in a child of a moment what a filter above it denies; whose parent can't be read is gone.
  return found.filter(({ keeper }) => keeper > 0 && !servers.includes(keeper));
}

/**
 * The one of them that there is.
 *
 * @throws Error for none, and for several
 */
export function onlyFamily(word: string): Family {
  const [family, ...others] = families(word);
  if (family === undefined || others.length > 0) throw new Error('there is not just one of them');
  return family;
}

/** 0 for one that is gone meanwhile. */
function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return 0;
  }
}

/** Waits until nothing of them is left: no process, and no name in their folder. */
export async function gone(folder: string): Promise<void> {
  const isLeft = (): boolean =>
    readdirSync('/proc').some((pid) => /^\d+$/.test(pid) && isOurs(commandLine(Number(pid)), folder)) ||
    (existsSync(folder) && readdirSync(folder).some((name) => name.startsWith('.pacman-fetch-')));
  await eventually('the end of what was left behind', () => !isLeft());
}

/** A keeper has the arguments of the front door that it came from. */
function isOurs(line: string, folder: string): boolean {
  return (line.includes('/start ') || line.includes('/serve.cjs ')) && line.includes(folder);
}
