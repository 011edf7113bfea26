import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type ProgramResult, runProgram, stage } from '@sb/test-kit';

/** Path of the program, installed where every user can run it. */
export const program = install();

function install(): string {
  const target = join(stage(), `pacman-fetch-${process.pid}`);
  for (const part of ['package.json', 'dist']) {
    const source = fileURLToPath(new URL(`../../${part}`, import.meta.url));
    if (!existsSync(join(target, part))) cpSync(source, join(target, part), { recursive: true });
  }
  installStarter(join(target, 'start'));
  return join(target, 'dist', 'cli.cjs');
}

/** Beside the program, as the Arch package has it; there is none where none was built. */
function installStarter(target: string): void {
  const built = fileURLToPath(new URL(`../../prebuilds/linux-${process.arch}/start`, import.meta.url));
  if (!existsSync(target) && existsSync(built)) cpSync(built, target);
}

/** The environment of every run: nothing of the test runner's. */
export const environment = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8' };

/** Whether a FILE that is written in place is downloaded by the program's own process: not where Node has an io_uring. */
export const isInOneProcess = Number(process.versions.node.split('.')[0]) < 22;

/** Runs the program to its end. */
export async function runFetch(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ProgramResult> {
  return await runProgram(process.execPath, [program, ...args], { env: { ...environment, ...env } });
}

/** Starts the program and leaves it running. */
export function startFetch(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [program, ...args], { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
}

/** The processes that a process started and that are there now. */
export function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

/**
 * Asks again and again until the answer is there.
 *
 * @throws Error after ten seconds
 */
export async function eventually<T>(what: string, ask: () => T | undefined | false): Promise<T> {
  for (let tries = 0; tries < 500; tries++) {
    const answer = ask();
    if (answer !== undefined && answer !== false) return answer;
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
  throw new Error(`waited ten seconds for ${what}`);
}
