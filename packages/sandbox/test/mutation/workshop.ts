/* A copy of this package and of the layers' C, where one thing at a time is taken away. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { runProgram, temporaryFolder } from '@sb/test-kit';

import type { Mutant } from './mutants.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const copied = ['src', 'test', 'native', 'prebuilds', 'package.json', 'Makefile', 'vitest.config.ts'];

/** How the tests that should notice went. */
interface Verdict {
  readonly passed: number;
  readonly failed: number;
  /** What the first of them says. */
  readonly why: string;
}

/** A place for mutants. */
export interface Workshop extends Disposable {
  /** Makes the change, runs the tests that are named for it, and takes the change back. */
  judge(mutant: Mutant): Promise<Verdict>;
  /** Runs tests without any change. */
  control(mutants: readonly Mutant[]): Promise<Verdict>;
}

/** Copies what the launcher and its tests are made of; everything else is where it was. */
export function makeWorkshop(): Workshop {
  const folder = temporaryFolder();
  const packages = folder.file('packages');
  const here = join(packages, 'sandbox');
  mkdirSync(packages);
  for (const name of ['node_modules', 'tooling']) symlinkSync(join(root, name), folder.file(name));
  for (const name of readdirSync(join(root, 'packages'))) {
    const from = join(root, 'packages', name);
    if (name === 'sandbox') for (const part of copied) cpSync(join(from, part), join(here, part), { recursive: true });
    else if (readdirSync(from).includes('native')) copyNative(from, join(packages, name));
  }
  /** Whether the launcher that is there is a mutant. */
  let isChanged = false;
  return {
    judge: async (mutant) => {
      const file = join(packages, mutant.file);
      const source = readFileSync(file, 'utf8');
      if (source.split(mutant.from).length !== 2) throw new Error(`${mutant.file} has not exactly one ${mutant.from}`);
      writeFileSync(
        file,
        source.replace(mutant.from, () => mutant.to),
      );
      try {
        const isC = file.endsWith('.c');
        if (isC || isChanged) await buildLauncher(here);
        isChanged = isC;
        return await runTests(here, [mutant]);
      } finally {
        writeFileSync(file, source);
      }
    },
    control: async (mutants) => {
      await buildLauncher(here);
      return await runTests(here, mutants);
    },
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

function copyNative(from: string, to: string): void {
  cpSync(join(from, 'native'), join(to, 'native'), { recursive: true });
}

async function buildLauncher(here: string): Promise<void> {
  const launcher = `prebuilds/${process.platform}-${process.arch}/launcher`;
  // A change may leave something unused, which is no error here.
  const { status, stderr } = await runProgram('make', ['--silent', '-B', 'CC=gcc -w', launcher], { cwd: here });
  if (status !== 0) throw new Error(`the launcher could not be built: ${stderr}`);
}

/** Only the named tests of the named files run, and end with the first that fails. */
async function runTests(here: string, mutants: readonly Mutant[]): Promise<Verdict> {
  const files = new Set(mutants.map(({ red: [file] }) => `test/enforcement/${file}.test.ts`));
  const names = new Set(mutants.map(({ red: [, name] }) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  const args = ['run', ...files, '--testNamePattern', [...names].join('|')];
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const options = { cwd: here, timeout: 120_000, env: { ...process.env, NODE_OPTIONS: '' } };
  rmSync(join(here, 'reports'), { recursive: true, force: true });
  const { stderr } = await runProgram(process.execPath, [vitest, ...args], options);
  try {
    return verdictOf(readFileSync(join(here, 'reports/vitest.json'), 'utf8'));
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
