import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { transformSync } from 'esbuild';

import { type ProgramOptions, type ProgramResult, runProgram } from './program.js';

/**
 * Compiles a TypeScript fixture to a module beside it, which Node 20 can run as a program of its own. Restrictions are
 * never applied in the test runner's own process: it would not be the runner any more.
 *
 * @param fixture - URL of the `.ts` file
 * @returns path of the `.mjs` file, in a folder that git ignores
 */
export function compileFixture(fixture: URL): string {
  const source = fileURLToPath(fixture);
  const folder = join(dirname(source), '.fixtures');
  const target = join(folder, `${basename(source, '.ts')}.mjs`);
  const { code } = transformSync(readFileSync(source, 'utf8'), {
    loader: 'ts',
    format: 'esm',
    target: 'node20',
    sourcefile: source,
  });
  mkdirSync(folder, { recursive: true });
  // Renamed into place, since two test files may compile the same fixture at once.
  const temporary = `${target}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  writeFileSync(temporary, code);
  renameSync(temporary, target);
  return target;
}

/** Options of {@link runFixture}, beside those of a program. */
export interface FixtureOptions extends ProgramOptions {
  /** Path of the Node to run it with. Default: the running one. */
  readonly node?: string;
}

/** Compiles a fixture and runs it to its end. */
export async function runFixture(
  fixture: URL,
  args: readonly string[] = [],
  { node = process.execPath, ...options }: FixtureOptions = {},
): Promise<ProgramResult> {
  return runProgram(node, [compileFixture(fixture), ...args], options);
}

/**
 * Runs a fixture that prints one JSON document.
 *
 * @throws Error with its standard error if it failed
 */
export async function fixtureJson<T>(
  fixture: URL,
  args: readonly string[] = [],
  options: FixtureOptions = {},
): Promise<T> {
  const { status, signal, stdout, stderr } = await runFixture(fixture, args, options);
  if (status !== 0) throw new Error(`the fixture ended with ${status ?? signal}: ${stderr}`);
  return JSON.parse(stdout) as T;
}
