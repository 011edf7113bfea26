import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type * as Esbuild from 'esbuild';

import { type ProgramOptions, type ProgramResult, runProgram } from './program.js';
import { stage } from './stage.js';

/** Loaded when it is needed: most test files have no fixture. */
const esbuild = (): typeof Esbuild => createRequire(import.meta.url)('esbuild') as typeof Esbuild;

let count = 0;

/** The module of each fixture: one is often run for each row of a table. */
const compiled = new Map<string, string>();

/**
 * Compiles a TypeScript fixture to a module that Node 20 can run as a separate program, and that any user can read.
 * Restrictions are never applied in the test runner's own process: it would not be the runner any more.
 *
 * @param fixture - URL of the `.ts` file; it may import packages of the project, and nothing relative
 * @returns path of the `.mjs` file, which is there until all tests have ended
 */
export function compileFixture(fixture: URL): string {
  const source = fileURLToPath(fixture);
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const target = join(stage(), `${basename(source, '.ts')}-${process.pid}-${count++}.mjs`);
  const { code } = esbuild().transformSync(readFileSync(source, 'utf8'), {
    loader: 'ts',
    format: 'esm',
    target: 'node20',
    sourcefile: source,
  });
  writeFileSync(target, code);
  compiled.set(source, target);
  return target;
}

const cliKit = fileURLToPath(new URL('../../../packages/cli-kit/src', import.meta.url));

/**
 * The same for a fixture that imports files of the same package: everything is copied into the one module.
 *
 * @param fixture - URL of the `.ts` file
 * @param packages - `external`: packages are not copied, since they look for files beside them. Default: `bundle`
 */
export function bundleFixture(fixture: URL, packages: 'bundle' | 'external' = 'bundle'): string {
  const source = fileURLToPath(fixture);
  const target = join(stage(), `${basename(source, '.ts')}-${process.pid}-${count++}.mjs`);
  esbuild().buildSync({
    entryPoints: [source],
    outfile: target,
    bundle: true,
    packages,
    // It has nothing beside it, and is not built.
    alias: packages === 'external' ? { '@sb/cli-kit': cliKit } : {},
    platform: 'node',
    format: 'esm',
    target: 'node20',
  });
  return target;
}

/** Options of {@link runFixture}, beside those of a program. */
export interface FixtureOptions extends ProgramOptions {
  /** Path of the Node to run it with. Default: the running one. */
  readonly node?: string;
  /** A program with arguments that is to start it, for instance unshare(1). */
  readonly prefix?: readonly string[];
}

/** Compiles a fixture and runs it to its end. */
export async function runFixture(
  fixture: URL,
  args: readonly string[] = [],
  { node = process.execPath, prefix = [], ...options }: FixtureOptions = {},
): Promise<ProgramResult> {
  const [program = node, ...words] = [...prefix, node, compileFixture(fixture), ...args];
  return runProgram(program, words, options);
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
