/* A copy of this package and of the layers' C, where one thing at a time is taken away. */
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { runProgram, temporaryFolder } from '@sb/test-kit';
import { TestRunner, type Verdict } from '@sb/test-kit/mutation';

import type { Mutant } from './mutants.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const copied = ['src', 'test', 'native', 'prebuilds', 'package.json', 'Makefile', 'vitest.config.ts'];

/** Milliseconds for building a launcher on a busy machine. */
const timeout = 300_000;

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
    else if (name === 'native') cpSync(from, join(packages, name), { recursive: true });
    else if (readdirSync(from).includes('native')) copyNative(from, join(packages, name));
  }
  /** Whether the launcher that is there is a mutant. */
  let isChanged = false;
  const runner = new TestRunner(here);
  /** What was changed and put back since the runner last read it. */
  let unread: readonly string[] = [];
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
        return await runner.run(redOf([mutant]), [...unread, relative(here, file)]);
      } finally {
        writeFileSync(file, source);
        unread = [relative(here, file)];
      }
    },
    control: async (mutants) => {
      await buildLauncher(here);
      return await runner.run(redOf(mutants), unread);
    },
    [Symbol.dispose]: () => {
      runner[Symbol.dispose]();
      folder[Symbol.dispose]();
    },
  };
}

function copyNative(from: string, to: string): void {
  cpSync(join(from, 'native'), join(to, 'native'), { recursive: true });
}

async function buildLauncher(here: string): Promise<void> {
  // A change may leave something unused, which is no error here.
  const own = ['CC=gcc -w', `PLATFORM=${process.platform}-${process.arch}`];
  const args = ['--silent', '-f', 'test/mutation/objects.mk', ...own, 'mutant'];
  const { status, stderr } = await runProgram('make', args, { cwd: here, timeout });
  if (status !== 0) throw new Error(`the launcher could not be built: ${stderr}`);
}

/** Tests of mutants, by their files below the package. */
function redOf(mutants: readonly Mutant[]): readonly Mutant['red'][] {
  return mutants.map(({ red: [file, name] }) => [`test/enforcement/${file}`, name]);
}
