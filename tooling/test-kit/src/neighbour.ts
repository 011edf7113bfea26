import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { fewOrMany } from './few-or-many.js';
import { reachableProgram } from './stage.js';

/** A user that has no other processes, and no name: a stranger to root and to every sandbox. */
export const stranger = { uid: 61_717, gid: 61_717 } as const;

/**
 * The sandbox's own user, for a neighbour that is another process of it. Tactics against processes choose their victims by
 * descent, since other tests run as nobody too.
 */
export const sandboxUser = { uid: 65_534, gid: 65_534 } as const;

/**
 * One thing that the neighbour does. An asset is what it puts in a place: `program=FILE`, `link=TARGET`, `hard=TARGET`,
 * `fifo`, `socket`, or `bytes` for a separate file; {@link World} has some.
 *
 * - `react`: replaces each name that appears in a directory (or below it), as soon as the kernel reports it.
 * - `poll`: the same, by looking again and again.
 * - `plant`: puts names into each directory that appears, before somebody else does.
 * - `flip`: exchanges two names for ever.
 * - `trap`: puts a directory into each one that appears, and exchanges it with a link to the target.
 * - `hold`: reads what it may, and holds it by leases and locks.
 * - `take`: takes descriptors of processes of its user that descend from one. If a word is given, it must be in their
 *   command line. The neighbour writes into files by the descriptors, at once and again when their owner is gone. It keeps
 *   a pipe that is the owner's descriptor 4, and says `channel` of it.
 * - `signal`: sends them a signal.
 * - `fill`: fills the disk of a directory, which must be a tmpfs of 64 MiB at most.
 */
export type Tactic =
  | readonly [kind: 'react' | 'poll', folder: string, asset: string, ...names: string[]]
  | readonly [kind: 'plant', folder: string, asset: string, ...names: string[]]
  | readonly [kind: 'flip', one: string, other: string]
  | readonly [kind: 'trap', folder: string, target: string]
  | readonly [kind: 'hold' | 'fill', folder: string]
  | readonly [kind: 'take', ancestor: number, word?: string]
  | readonly [kind: 'signal', ancestor: number, signal: number];

/** Something that the neighbour attempted or got. */
interface Deed {
  /** For instance `plant`, `replace`, `trap`, `lease`, `take`. */
  readonly what: string;
  /** `OK`, or the name of an errno. */
  readonly outcome: string;
  /** A path, or the number of a process. */
  readonly on: string;
}

/** What a neighbour has to do. */
interface NeighbourOptions {
  /** Whom it is. */
  readonly as: { readonly uid: number; readonly gid: number; readonly groups?: readonly number[] };
  readonly tactics: readonly Tactic[];
  /** A program with arguments that starts it as root, for instance in another namespace; setpriv(1) changes the user. */
  readonly prefix?: readonly string[];
  /** Seconds until it ends by itself, 120 at the most. Default: 30. */
  readonly seconds?: number;
}

/** Path of the neighbour's program, where every user can run it. */
export function neighbourPath(): string {
  const built = new URL(`../prebuilds/${process.platform}-${process.arch}/neighbour`, import.meta.url);
  return reachableProgram(fileURLToPath(built), 'neighbour');
}

/**
 * A hostile local user that runs beside a test (`await using neighbour = await Neighbour.start(…)`). It is a separate
 * process, has only the rights of its user, and ends with this process. It reports what it did: a test in which it did
 * nothing proves nothing.
 */
export class Neighbour implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #did: Deed[] = [];
  readonly #gained: Deed[] = [];
  readonly #ended: Promise<void>;
  #status: number | null = null;

  private constructor(child: ChildProcess, told: (word: 'ready' | 'failed', line: string) => void) {
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      child.once('close', (status) => {
        this.#status = status;
        resolve();
      });
    });
    if (child.stdout === null) throw new Error('spawn gave no pipe');
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [word, outcome = '', what = '', on = ''] = line.split('\t');
      if (word === 'ready' || word === 'failed') told(word, line);
      else if (word === 'did') this.#did.push({ what, outcome, on });
      else this.#gained.push({ what, outcome, on });
    });
  }

  /**
   * Starts one, and waits until each of its tactics is ready to strike.
   *
   * @throws Error where it can't be
   */
  static async start({ as, tactics, prefix, seconds = 30 }: NeighbourOptions): Promise<Neighbour> {
    const words = tactics.flatMap((tactic, index) => [...(index === 0 ? [] : ['+']), ...tactic.map(String)]);
    const { uid, gid, groups = [] } = as;
    const own = [neighbourPath(), String(seconds), ...words];
    const grouped = groups.length === 0 ? '--clear-groups' : `--groups=${groups.join(',')}`;
    const switched = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, grouped, ...own];
    // Node can give it no groups.
    const isPlain = prefix === undefined && groups.length === 0;
    const [program = '', ...args] = isPlain ? own : [...(prefix ?? []), ...switched];
    const child = spawn(program, args, {
      ...(isPlain ? { uid, gid, env: fewOrMany(0, 1) === 1 ? { SB_LONG: '1' } : {} } : {}),
      cwd: '/',
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let missing = tactics.length;
    const neighbour = await new Promise<Neighbour>((resolve, reject) => {
      const made: Neighbour = new Neighbour(child, (word, line) => {
        if (word === 'ready' && --missing === 0) resolve(made);
        if (word === 'ready') return;
        child.stdin.end();
        reject(new Error(`a tactic can't begin: ${line}`));
      });
      child.once('error', reject);
      child.once('close', (status) => reject(new Error(`the neighbour ended with ${status} before it was ready`)));
    });
    return neighbour;
  }

  /** What it attempted so far, in the kernel's words: `what` and `outcome`. */
  get did(): readonly Deed[] {
    return this.#did;
  }

  /**
   * Ends it, and tells what came of it.
   *
   * @throws Error where it ended by itself because something went wrong
   */
  async stop(): Promise<{ readonly did: readonly Deed[]; readonly gained: readonly Deed[] }> {
    this.#child.stdin?.end();
    await this.#ended;
    if (this.#status !== 0) throw new Error(`the neighbour ended with ${this.#status}`);
    return { did: this.#did, gained: this.#gained };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin?.end();
    await this.#ended;
  }
}
