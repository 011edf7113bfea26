import { compileFixture, runProgram } from '@sb/test-kit';
import { expect } from 'vitest';

import type { FeatureReport } from '@sb/core';

import type { LandlockPolicy, LandlockReport, LandlockSupport } from '../../src/index.js';
import { compile, nobody } from './programs.js';

/** An error of the package, as it travels. */
interface Failure {
  readonly code?: string;
  readonly message?: string;
}

/** What a process saw of a kernel, and what became of it. */
interface Seen {
  readonly support: LandlockSupport;
  readonly plans: readonly ({ readonly features?: readonly FeatureReport[] } & Failure)[];
  readonly outcomes: readonly (LandlockReport & Failure)[];
  /** How reading the secret went, and the other files. */
  readonly read: string;
  readonly others: readonly string[];
}

/** A kernel that answers as it is told. */
export interface Pretence extends Disposable {
  /** The program that answers in its place: arguments as in `answer.c`. */
  readonly program: string;
  /**
   * Plans and restricts with each policy, then reads a file that none of them should grant, and others.
   *
   * @param kernel - how it answers, for instance `['abi', '3']`
   */
  attempt(kernel: readonly string[], policies: readonly LandlockPolicy[], others?: readonly string[]): Promise<Seen>;
}

const fixture = new URL('fixtures/attempt.ts', import.meta.url);

/** Compiles what answers in the kernel's place. */
export async function makePretence(): Promise<Pretence> {
  const { program, folder } = await compile('answer');
  return {
    program,
    attempt: async (kernel, policies, others = []) => {
      const run = [process.execPath, compileFixture(fixture), JSON.stringify(policies), '/etc/passwd', ...others];
      const { stdout, stderr, status } = await runProgram(program, [...kernel, ...run], nobody);
      expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
      return JSON.parse(stdout) as Seen;
    },
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}
