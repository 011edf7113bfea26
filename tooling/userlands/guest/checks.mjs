// Tests without a test runner: user lands have none. Each is written down as vitest's JSON reporter would.
// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';

/** @typedef {{ status: 'passed' | 'failed', fullName: string, failureMessages: readonly string[] }} Test */

export class Checks {
  /** @type {Test[]} */
  #tests = [];

  /**
   * @param {string} name what must be so
   * @param {() => unknown} attempt that throws where it is not
   */
  async test(name, attempt) {
    /** @type {readonly string[]} */
    let failureMessages = [];
    try {
      await attempt();
    } catch (error) {
      failureMessages = [error instanceof Error ? (error.stack ?? error.message) : String(error)];
    }
    this.add({ fullName: name, failureMessages, status: failureMessages.length === 0 ? 'passed' : 'failed' });
  }

  /** @param {Test} test that another program has run */
  add(test) {
    this.#tests.push(test);
    process.stdout.write(
      `${test.status} ${test.fullName}\n${test.failureMessages.map((one) => `  ${one}\n`).join('')}`,
    );
  }

  /** @param {string} file */
  write(file) {
    writeFileSync(file, JSON.stringify(this.#tests));
  }
}

/**
 * @param {unknown} seen
 * @param {unknown} due
 * @param {string} [about] what helps where they differ
 * @throws {Error} unless both are the same as JSON
 */
export function same(seen, due, about = '') {
  const [is, should] = [JSON.stringify(seen), JSON.stringify(due)];
  if (is !== should) throw new Error(`${is} instead of ${should} ${about}`.trim());
}

/**
 * @param {string} text
 * @param {string} part
 * @throws {Error} unless the text has the part
 */
export function has(text, part) {
  if (!text.includes(part)) throw new Error(`${JSON.stringify(text.slice(-1500))} lacks ${JSON.stringify(part)}`);
}

/**
 * Runs a program to its end, while what this process serves goes on.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<{ status: number | null, stdout: string, stderr: string }>}
 */
export async function run(file, args, options = {}) {
  const child = spawn(file, [...args], { timeout: 120_000, ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const [[status], stdout, stderr] = await Promise.all([
    once(child, 'close'),
    readAll(child.stdout),
    readAll(child.stderr),
  ]);
  return { status, stdout, stderr };
}

/**
 * @param {{ status: number | null, stdout: string, stderr: string }} ended
 * @returns {string} the standard output
 * @throws {Error} unless it ended with 0
 */
export function succeeded({ status, stdout, stderr }) {
  if (status !== 0) throw new Error(`it ended with ${status}: ${stdout.slice(-1500)}${stderr.slice(-1500)}`);
  return stdout;
}
