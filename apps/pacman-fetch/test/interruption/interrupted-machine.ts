import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { compileFixture } from '@sb/test-kit';

import { environment, program } from '../kit/fetch-program.js';
import { Machine } from '../sync/machine.js';
import type { Call, CommandName } from './moments.js';

const preload = compileFixture(new URL('fixtures/at-call.ts', import.meta.url));

/** A command that runs, and how it ends. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly status: number | null; readonly signal: NodeJS.Signals | null }>;
  /** What it has said so far, on both streams. */
  said(): string;
}

/** What is special about a run. */
export interface RunOptions {
  /** It gets a signal where it calls a function of Node. */
  readonly atCall?: Call & { readonly signal: NodeJS.Signals };
  /** A pacman that is asked something waits until this machine's `answer` is called. */
  readonly isHeld?: boolean;
  /** What it reads. Default: nothing comes as long as it runs. */
  readonly input?: string;
}

/** A machine on which one command after the other is interrupted. */
export class InterruptedMachine extends Machine {
  readonly #folder: string;
  /** Where a pacman that is held says that it is, and waits. */
  readonly #held: string;

  constructor(folder: string, options: ConstructorParameters<typeof Machine>[1]) {
    super(folder, options);
    this.#folder = folder;
    this.#held = join(folder, 'held');
    mkdirSync(join(folder, 'bin'));
    const script = join(folder, 'bin', 'pacman');
    const wait = `touch ${this.#held}/asked; until [ -e ${this.#held}/go ]; do sleep 0.05; done`;
    writeFileSync(
      script,
      `#!/bin/sh\ncase " $* " in *' --print '*|*' -Slq '*) ${wait};; esac\nexec /usr/bin/pacman "$@"\n`,
    );
    chmodSync(script, 0o755);
    this.reset();
  }

  /** As new, but for what is given. @param databases - a folder of databases that are there */
  reset(databases?: string): void {
    for (const path of [this.#held, this.cache, this.database, join(this.#folder, 'root')]) {
      rmSync(path, { recursive: true, force: true });
      mkdirSync(path);
    }
    if (databases !== undefined) cpSync(databases, this.sync, { recursive: true, preserveTimestamps: true });
  }

  /** The folder of the databases. */
  get sync(): string {
    return join(this.database, 'sync');
  }

  /** Whether a pacman is held. */
  get isAsked(): boolean {
    return existsSync(join(this.#held, 'asked'));
  }

  /** Lets a pacman that is held go on. */
  answer(): void {
    writeFileSync(join(this.#held, 'go'), '');
  }

  /** The files of a folder of this machine, without folders. */
  filesIn(folder: string): readonly string[] {
    if (!existsSync(folder)) return [];
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory() || entry.name.startsWith('download-'))
      .map(({ name }) => name);
  }

  /** Runs a command for two packages, in a process group of its own. */
  begin(command: CommandName, { atCall, isHeld = false, input }: RunOptions = {}): Running {
    const targets = command === 'refresh' ? [] : ['pkg10', 'pkg1'];
    const args =
      command === 'pacman'
        ? ['pacman', '--', '--config', this.config, '-Sy', ...targets]
        : [command, '--config', this.config, ...targets];
    const before = atCall === undefined ? [] : ['--import', preload];
    const path = isHeld ? `${join(this.#folder, 'bin')}:${environment.PATH}` : environment.PATH;
    const env = { ...environment, PATH: path, SB_AT_CALL: JSON.stringify(atCall ?? {}) };
    return run([process.execPath, ...before, program, ...args], env, input);
  }

  /** Runs the real pacman itself, up to its question. */
  beginPacman(): Running {
    return run(['pacman', '--config', this.config, '-S', 'pkg10', 'pkg1'], environment);
  }
}

function run(command: readonly string[], env: Readonly<Record<string, string>>, input?: string): Running {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { env, stdio: 'pipe', timeout: 20_000, killSignal: 'SIGKILL' });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (more: string) => {
      text += more;
    });
  }
  // Whoever is gone reads nothing.
  child.stdin.on('error', () => {});
  if (input !== undefined) child.stdin.end(input);
  const ended = (once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>).then(([status, signal]) => ({
    status,
    signal,
  }));
  return { child, ended, said: () => text };
}
