import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import type { Mutant } from './mutant.js';

/** How the tests that should notice went. */
export interface Verdict {
  readonly passed: number;
  readonly failed: number;
  /** What the first failure says; empty where none failed. */
  readonly why: string;
}

/** What {@link TestRunner} sends to its program, test-server.mjs. */
export interface Order {
  /** Test files below the package, without their suffix. */
  readonly files: readonly string[];
  /** Parts of the names of tests, one of which is enough. */
  readonly names: readonly string[];
  /** Files and directories below the package that may have changed. */
  readonly changed: readonly string[];
}

type Answer = { readonly passed: number; readonly failed: number; readonly messages: readonly string[] };

const program = fileURLToPath(new URL('test-server.mjs', import.meta.url));

/** Milliseconds for one order, which may be all tests of a list, on a busy machine. */
const timeout = 300_000;

/**
 * Milliseconds for a test that gives an order. It is longer than the order may take: the answer to one that was given up would
 * be taken for that of the next.
 */
export const orderTimeout = timeout + 100_000;

/**
 * Runs tests of one package that are named for mutants, and nothing else. One vitest runs them all, one order after the
 * other: starting it anew takes ten times as long as most of these tests.
 */
export class TestRunner implements Disposable {
  readonly #folder: string;
  #child: ChildProcess | undefined;

  /** @param folder - the package */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * @param red - of {@link Mutant}
   * @param changed - of {@link Order}
   * @throws Error where the tests did not run, or not to their end
   */
  async run(red: readonly Mutant['red'][], changed: readonly string[]): Promise<Verdict> {
    const child = (this.#child ??= await this.#start());
    const order: Order = {
      files: [...new Set(red.map(([file]) => file))],
      names: [...new Set(red.map(([, name]) => name))],
      changed,
    };
    child.send(order);
    try {
      const { passed, failed, messages } = await messageOf<Answer>(child, timeout);
      // A file that can't even be loaded has no test that failed: that is no way to notice.
      return { passed, failed, why: messages[0] ?? '' };
    } catch (error) {
      // It may hang in what was changed; the next mutant gets another one.
      this[Symbol.dispose]();
      throw error;
    }
  }

  async #start(): Promise<ChildProcess> {
    // What goes red is an ordinary test, though this one is among those that take long.
    const env = { ...process.env, NODE_OPTIONS: '', SB_LONG: '' };
    // A group of its own: its workers end with it, whatever they do.
    const child = fork(program, { cwd: this.#folder, env, execArgv: [], detached: true, silent: true });
    child.stdout?.resume();
    child.stderr?.pipe(process.stderr);
    await messageOf(child, timeout);
    return child;
  }

  [Symbol.dispose](): void {
    const { pid } = this.#child ?? {};
    this.#child = undefined;
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  }
}

/** The next message. @throws Error with what the program says, where it ends, and where it takes too long */
async function messageOf<T>(child: ChildProcess, milliseconds: number): Promise<T> {
  const stop = new AbortController();
  const { signal } = stop;
  try {
    const answer: unknown = await Promise.race([
      once(child, 'message', { signal }).then(([message]: unknown[]) => message),
      once(child, 'exit', { signal }).then(([status]: unknown[]) => ({
        error: `its runner ended with ${String(status)}`,
      })),
      after(milliseconds, { error: `they took more than ${milliseconds} ms` }, { signal }),
    ]);
    if (typeof answer === 'object' && answer !== null && 'error' in answer) {
      throw new Error(`the tests did not run: ${String(answer.error)}`);
    }
    return answer as T;
  } finally {
    stop.abort();
  }
}
