import type { Stats } from 'node:fs';

import { StandStillWatch } from '@sb/fetcher/files';
import { type Folder, someNames } from '@sb/files';
import type { SandboxedProcess } from '@sb/sandbox';

/** How long a command may take. */
export interface Patience {
  /** Seconds without a byte in its folder and without a word; Infinity where any number is allowed. */
  readonly still: number;
  /** Seconds for one file; Infinity where any number is allowed. */
  readonly whole: number;
}

/** curl(1) waits as long for a connection; and a day, as for a file that a worker downloads. */
const usual: Patience = { still: 300, whole: 24 * 60 * 60 };

/** Files that are looked at in its folder: a command that makes more moves, or its folder does. */
const maxFiles = 100;

/**
 * How long a command may take.
 *
 * @param disableTimeout - `--disable-download-timeout`, or what pacman.conf says: no command is too slow
 */
export function patienceOf(disableTimeout: boolean): Patience {
  return disableTimeout ? { still: Infinity, whole: Infinity } : usual;
}

/**
 * Ends a command that stands still, for instance since another process of its user has stopped it (SIGSTOP), or that never
 * ends. Time counts while this process runs, so that a suspended machine accuses nobody.
 */
export class CommandWatch implements Disposable {
  /** What the command did, once it was ended for it. */
  reason: string | undefined;
  readonly #child: SandboxedProcess;
  readonly #folder: Folder;
  readonly #watches: readonly Disposable[];
  readonly #timer: NodeJS.Timeout;
  #seen = '';

  /**
   * @param child - the command, in a session of its own
   * @param folder - what it writes to; stays open meanwhile
   */
  constructor(child: SandboxedProcess, folder: Folder, { still, whole }: Patience) {
    this.#child = child;
    this.#folder = folder;
    const watch = new StandStillWatch({
      seconds: still,
      onStandStill: () => this.#end(`stood still for ${still} seconds`),
    });
    const end = new StandStillWatch({
      seconds: whole,
      onStandStill: () => this.#end(`took longer than ${whole} seconds`),
    });
    this.#watches = [watch, end];
    this.#timer = setInterval(() => {
      if (this.#moved()) watch.renew();
    }, 1000);
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', () => watch.renew());
  }

  #moved(): boolean {
    const before = this.#seen;
    this.#seen = filesOf(this.#folder);
    return this.#seen !== before;
  }

  #end(reason: string): void {
    this.reason = reason;
    killGroup(this.#child);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    for (const watch of this.#watches) watch[Symbol.dispose]();
  }
}

/** What changes with each byte that is written to a file of the folder. */
function filesOf(folder: Folder): string {
  try {
    const files = someNames(folder, maxFiles);
    return files.map((name) => [name, ...figuresOf(folder.lookUp(name))].join(' ')).join('/');
  } catch {
    // The command's user has removed it, or what is in it: nothing comes of that.
    return '';
  }
}

function figuresOf(stats: Stats | undefined): readonly number[] {
  return stats === undefined ? [] : [stats.size, stats.blocks, stats.mtimeMs];
}

/**
 * Ends a process and what it has started, but for what has left its process group, also where all of them are stopped.
 *
 * @param child - which leads a session of its own
 */
export function killGroup(child: SandboxedProcess): void {
  const { pid, exitCode, signalCode } = child;
  // Its number may be another one's by then.
  if (exitCode !== null || signalCode !== null) return;
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It doesn't lead a session yet.
  }
  child.kill('SIGKILL');
}
