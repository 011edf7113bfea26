import type { Stats } from 'node:fs';

import { StandStillWatch } from '@sb/fetcher/files';
import { type Folder, someNames } from '@sb/files';
import type { SandboxedProcess } from '@sb/sandbox';

/** The time limits of a command. */
export interface Patience {
  /** The most seconds without a byte in its directory and without output; Infinity for no limit. */
  readonly still: number;
  /** The most seconds for one file; Infinity for no limit. */
  readonly whole: number;
}

/** curl(1) waits as long for a connection; and a day, as for a file that a worker downloads. */
const usual: Patience = { still: 300, whole: 24 * 60 * 60 };

/** The most files of its directory that are examined. A command that makes more moves, or its directory does. */
const maxFiles = 100;

/**
 * Returns the time limits of a command.
 *
 * @param disableTimeout - `--disable-download-timeout`, or the value of pacman.conf: no command is too slow
 */
export function patienceOf(disableTimeout: boolean): Patience {
  return disableTimeout ? { still: Infinity, whole: Infinity } : usual;
}

/**
 * Ends a command that makes no progress, for instance because another process of its user has stopped it (SIGSTOP), or
 * that never ends. Time counts only while this process runs, so a suspended machine does not end commands.
 */
export class CommandWatch implements Disposable {
  /** What the command did, if it was ended for that. */
  reason: string | undefined;
  readonly #child: SandboxedProcess;
  readonly #folder: Folder;
  readonly #watches: readonly Disposable[];
  readonly #timer: NodeJS.Timeout;
  #seen = '';

  /**
   * @param child - the command, in its own session
   * @param folder - the directory that it writes to; stays open meanwhile
   */
  constructor(child: SandboxedProcess, folder: Folder, { still, whole }: Patience) {
    this.#child = child;
    this.#folder = folder;
    const watch = new StandStillWatch({
      seconds: still,
      onStandStill: () => this.#end(`made no progress for ${still} seconds`),
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

/** A text that changes with each byte that is written to a file of the directory. */
function filesOf(folder: Folder): string {
  try {
    const files = someNames(folder, maxFiles);
    return files.map((name) => [name, ...figuresOf(folder.lookUp(name))].join(' ')).join('/');
  } catch {
    // The command's user has removed it, or a file in it: that is ignored.
    return '';
  }
}

function figuresOf(stats: Stats | undefined): readonly number[] {
  return stats === undefined ? [] : [stats.size, stats.blocks, stats.mtimeMs];
}

/**
 * Ends a process and what it has started, even if all of them are stopped. Processes that have left its process group
 * are not ended.
 *
 * @param child - the leader of a session
 */
export function killGroup(child: SandboxedProcess): void {
  const { pid, exitCode, signalCode } = child;
  // Its number may belong to another process by then.
  if (exitCode !== null || signalCode !== null) return;
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It does not lead a session yet.
  }
  child.kill('SIGKILL');
}
