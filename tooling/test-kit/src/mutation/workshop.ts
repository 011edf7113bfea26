import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { runProgram } from '../program.js';
import { temporaryFolder } from '../temporary.js';
import { type Mutant, mutated } from './mutant.js';
import { TestRunner, type Verdict } from './test-runner.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const tsup = join(root, 'node_modules/tsup/dist/cli-default.js');

/** What a package is made of. The rest of the tree stays where it is. */
const parts = [
  'src',
  'test',
  'native',
  'schema',
  'Makefile',
  'man',
  'packaging',
  'dist',
  'prebuilds',
  'package.json',
  'README.md',
  'tsconfig.json',
];

/** A copy of one TypeScript package, in which one thing at a time is taken away. */
export interface Workshop extends Disposable {
  /**
   * Makes the change, builds, runs the test that is named for it, and takes the change back, the build's too: no test may
   * go red for the change before.
   *
   * @throws Error where the list is out of date, or the mutant can't be built
   */
  judge(mutant: Mutant): Promise<Verdict>;
  /** Builds and runs tests without any change. */
  control(mutants: readonly Mutant[]): Promise<Verdict>;
}

/**
 * Copies a package.
 *
 * @param name - its directory, below the top: `packages/fetcher`
 */
export function makeWorkshop(name: string): Workshop {
  const folder = temporaryFolder();
  const here = folder.file(name);
  mkdirSync(here, { recursive: true });
  for (const shared of ['node_modules', 'tooling', 'tsconfig.base.json']) {
    symlinkSync(join(root, shared), folder.file(shared));
  }
  // Tests read sources of other packages, and documents beside their own.
  const original = join(root, name);
  for (const sibling of readdirSync(dirname(original))) {
    const target = join(dirname(here), sibling);
    if (target !== here) symlinkSync(join(dirname(original), sibling), target);
  }
  const configurations = readdirSync(original).filter((file) => file.endsWith('.config.ts'));
  for (const part of [...parts, ...configurations]) {
    if (readdirSync(original).includes(part)) cpSync(join(original, part), join(here, part), { recursive: true });
  }
  const runner = new TestRunner(here);
  /** What was changed and put back since the runner last read it. */
  let unread: readonly string[] = [];
  let isWhole = false;
  const kept = folder.file('whole');
  /** The build without any change: once, by the first caller. */
  const makeWhole = async (): Promise<void> => {
    if (isWhole) return;
    await build(here, configurations);
    cpSync(join(here, 'dist'), kept, { recursive: true });
    isWhole = true;
  };
  return {
    judge: async (mutant) => {
      const { built = true, red } = mutant;
      const file = join(here, mutant.file);
      const changed = [...unread, mutant.file, ...(built ? ['dist'] : [])];
      const source = readFileSync(file, 'utf8');
      if (built) await makeWhole();
      writeFileSync(file, mutated(source, mutant));
      try {
        if (built) await build(here, configurations);
        return await runner.run([red], changed);
      } finally {
        writeFileSync(file, source);
        if (built) restore(kept, join(here, 'dist'));
        unread = changed;
      }
    },
    control: async (mutants) => {
      if (mutants.some(({ built = true }) => built)) await makeWhole();
      return await runner.run(
        mutants.map(({ red }) => red),
        unread,
      );
    },
    [Symbol.dispose]: () => {
      runner[Symbol.dispose]();
      folder[Symbol.dispose]();
    },
  };
}

function restore(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true });
}

/** Without declarations, which no test reads: a change may not fit the types. */
async function build(here: string, configurations: readonly string[]): Promise<void> {
  // The first one empties the directory.
  const others = configurations.filter((file) => file.startsWith('tsup.') && file !== 'tsup.config.ts');
  for (const config of ['tsup.config.ts', ...others]) {
    const args = [tsup, '--no-dts', '--silent', '--config', config];
    const { status, stderr, stdout } = await runProgram(process.execPath, args, { cwd: here, timeout: 60_000 });
    if (status !== 0) throw new Error(`the mutant could not be built: ${stdout}${stderr}`);
  }
}
