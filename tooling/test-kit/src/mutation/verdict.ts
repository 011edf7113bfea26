import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { runProgram } from '../program.js';
import type { Mutant } from './mutant.js';

/** How the tests that should notice went. */
export interface Verdict {
  readonly passed: number;
  readonly failed: number;
  /** What the first failure says; empty where none failed. */
  readonly why: string;
}

/** Milliseconds for the tests of one mutant. */
const timeout = 120_000;

/**
 * Runs the tests that are named for mutants, and nothing else.
 *
 * @param folder - the package
 * @param vitest - path of the test runner
 * @param red - of {@link Mutant}
 */
export async function runTests(folder: string, vitest: string, red: readonly Mutant['red'][]): Promise<Verdict> {
  const files = new Set(red.map(([file]) => `${file}.test.ts`));
  const names = new Set(red.map(([, name]) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  const args = ['run', ...files, '--testNamePattern', [...names].join('|')];
  const env = { ...process.env, NODE_OPTIONS: '' };
  rmSync(join(folder, 'reports'), { recursive: true, force: true });
  const { stderr } = await runProgram(process.execPath, [vitest, ...args], { cwd: folder, timeout, env });
  try {
    return verdictOf(readFileSync(join(folder, 'reports/vitest.json'), 'utf8'));
  } catch (cause) {
    throw new Error(`the tests did not run: ${stderr}`, { cause });
  }
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly { readonly failureMessages: readonly string[] }[];
  }[];
}

function verdictOf(text: string): Verdict {
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(text) as Report;
  const [why = testResults.map(({ message }) => message).join('')] = testResults.flatMap(({ assertionResults }) =>
    assertionResults.flatMap(({ failureMessages }) => failureMessages),
  );
  return { passed: numPassedTests, failed: numFailedTests, why };
}
