import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { text } from 'node:stream/consumers';

import { anonymousFile, closeAnonymous, probePath } from '../native.js';
import type { SandboxReport } from '../enforcement.js';
import type { SandboxedProcess } from '../child.js';
import { type Attempt, attemptsOf, type Situation } from './attempts.js';
import { layBait } from './bait.js';

/** What came of one attempt. */
export interface SelfTestLine {
  readonly layer: string;
  readonly feature: string;
  /** What the probe attempted, for instance `open-write /tmp/…/file`. */
  readonly attempted: string;
  /** What the policy says must come of it: `OK` or the name of an error. */
  readonly expected: string;
  /** What the kernel answered inside the sandbox. */
  readonly seen: string;
  /** What it answers without one. */
  readonly control: string;
  readonly passed: boolean;
}

/** What the probe saw from inside. */
export interface SelfTest {
  /** Whether every line is as expected, and whether there was one. */
  readonly passed: boolean;
  readonly lines: readonly SelfTestLine[];
  /** What was in force while it looked. */
  readonly report: SandboxReport;
}

/** Starts a program that is a descriptor: in the sandbox, or with no layer at all. */
type StartProbe = (descriptor: number, args: readonly string[]) => SandboxedProcess;

/** The two ways to start the probe. */
export interface ProbeStarts {
  readonly inside: StartProbe;
  readonly outside: StartProbe;
}

/**
 * Attempts what the policy forbids, from inside, and once without the sandbox. The probe is a file without a name, so
 * no rule has to grant it anything, and the policy under test is the policy itself.
 *
 * @param situation - the layers and the plan
 * @param starts - how the probe is started
 */
export async function selfTest(situation: Omit<Situation, 'bait'>, starts: ProbeStarts): Promise<SelfTest> {
  const probe = reopened(anonymousFile(readFileSync(probePath()), 'program'));
  try {
    const bait = await layBait(probePath());
    try {
      return await comparison({ ...situation, bait }, starts, probe);
    } finally {
      await bait[Symbol.asyncDispose]();
    }
  } finally {
    closeSync(probe);
  }
}

async function comparison(situation: Situation, starts: ProbeStarts, probe: number): Promise<SelfTest> {
  const { bait } = situation;
  const attempts = attemptsOf(situation);
  const outside = await run(starts.outside, probe, attempts);
  for (const made of [bait.made, bait.link]) rmSync(made, { recursive: true, force: true });
  const inside = await run(starts.inside, probe, attempts);
  const lines = attempts.map((attempt, index) =>
    lineOf(attempt, inside.answers[index] ?? 'nothing', outside.answers[index] ?? 'nothing'),
  );
  return { passed: lines.length > 0 && lines.every(({ passed }) => passed), lines, report: inside.report };
}

function lineOf({ layer, feature, operation, denied }: Attempt, seen: string, control: string): SelfTestLine {
  const expected = denied ?? control;
  return {
    layer,
    feature,
    attempted: operation.join(' ').replace(/\.{4,}$/, '…'),
    expected,
    seen,
    control,
    passed: seen === expected,
  };
}

/** A program can't be executed while it is open for writing (ETXTBSY, execve(2)). */
function reopened(descriptor: number): number {
  try {
    return openSync(`/proc/self/fd/${descriptor}`, 'r');
  } finally {
    closeAnonymous(descriptor);
  }
}

async function run(start: StartProbe, probe: number, attempts: readonly Attempt[]) {
  const words = attempts.flatMap(({ operation }, index) => [...(index === 0 ? [] : ['+']), ...operation.map(String)]);
  const child = start(probe, words);
  // The promise of enforcement carries the same error.
  child.on('error', () => undefined);
  const [report, output] = await Promise.all([child.enforcement, child.stdout ? text(child.stdout) : '']);
  const answers = output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' ')[2] ?? 'nothing');
  return { report, answers };
}
