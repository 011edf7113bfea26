import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { runProgram } from './program.js';

/** Flags that make a C program end at the first read or write out of bounds and at the first undefined behaviour. */
export const sanitizers: readonly string[] = ['-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

/** What the layers share, and what only tests do. */
const headers = ['../../../packages/native', '../native'];

/** A C program of a test. */
export interface CSources {
  /** Where the sources are named from: `import.meta.url`. */
  readonly from: string;
  readonly sources: readonly string[];
  /** Flags of the compiler beside C11 with GNU extensions, its warnings as errors, and the headers of `@sb/native`. */
  readonly flags?: readonly string[];
}

/**
 * Compiles a C program of a test.
 *
 * @param output - path of the program
 * @throws Error with what the compiler said, also where that was only a warning
 */
export async function compileC(output: string, { from, sources, flags = [] }: CSources): Promise<void> {
  const include = headers.map((folder) => `-I${fileURLToPath(new URL(folder, import.meta.url))}`);
  const files = sources.map((source) => fileURLToPath(new URL(source, from)));
  const strict = ['-std=gnu11', '-O1', '-Wall', '-Wextra', '-Werror'];
  const args = [...strict, ...flags, ...include, '-o', output, ...files];
  const { status, stderr } = await runProgram('gcc', args, { timeout: 60_000 });
  if (status !== 0 || stderr !== '') throw new Error(`gcc ended with ${status}: ${stderr}`);
}

/**
 * Compiles a Node-API addon of a test, for this Node.
 *
 * @param output - path of the addon
 * @throws Error with what the compiler said, also where that was only a warning
 */
export async function compileAddon(output: string, { flags = [], ...sources }: CSources): Promise<void> {
  const ofNode = join(process.env['npm_config_nodedir'] ?? join(dirname(process.execPath), '..'), 'include/node');
  await compileC(output, { ...sources, flags: ['-shared', '-fPIC', `-I${ofNode}`, ...flags] });
}
