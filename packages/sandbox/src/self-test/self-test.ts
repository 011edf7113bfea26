import { closeSync, openSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

import { errorCode, systemReason } from '@sb/core';

import type { SandboxedProcess } from '../child/child.js';
import type { SandboxReport } from '../child/enforcement.js';
import { sandboxError } from '../errors.js';
import { anonymousFile, closeAnonymous, probePath } from '../native.js';
import { type Attempt, attemptsOf, type Situation } from './attempts.js';
import { asVictim, listen } from './bait.js';
import { BaitFiles } from './bait-files.js';
import { lineOf, nothing, type SelfTestLine } from './result.js';

/** The results of the probe in the sandbox. */
export interface SelfTest {
  /** Whether no line failed, and at least one passed. */
  readonly passed: boolean;
  readonly lines: readonly SelfTestLine[];
  /** What was in force during the test. */
  readonly report: SandboxReport;
}

/** A start of the probe without the sandbox. */
export interface OutsideStart {
  readonly program: number;
  /** A descriptor that it gets too. */
  readonly folder: number;
  /** Makes its arguments from the path of the directory there. */
  readonly args: (folder: string) => readonly string[];
}

/** How to start the probe, which is a descriptor. */
export interface ProbeStarts {
  readonly inside: (probe: number, args: readonly string[]) => SandboxedProcess;
  /** Without any layer, or with only the change of user. */
  readonly outside: (as: Attempt['control'], start: OutsideStart) => SandboxedProcess;
}

function readProbe(): Buffer {
  const path = probePath();
  try {
    return readFileSync(path);
  } catch (cause) {
    throw sandboxError('prebuild-missing', 'self-test', {
      what: `the probe of the self-test cannot be read (tried ${path}: ${systemReason(cause)})`,
      hint: 'Install the package again with all its files, and let this user read them, or build it from source.',
      errno: errorCode(cause),
      path,
      cause,
    });
  }
}

/**
 * Attempts what the policy forbids, in the sandbox, and once without the sandbox. The probe is a file without a name,
 * so it needs no rule, and the tested policy is the policy itself. Without the sandbox nothing is attempted as root
 * that the sandbox's user can attempt, and files are found by an open directory, not by a path.
 *
 * @param situation - the layers and the plan
 * @param starts - how the probe is started
 * @throws SandboxError if the bait cannot be created or the probe cannot be started
 */
export async function selfTest(situation: Omit<Situation, 'bait'>, starts: ProbeStarts): Promise<SelfTest> {
  const program = readProbe();
  const probe = reopened(anonymousFile(program, 'program'));
  try {
    const files = new BaitFiles(program, situation.plan.expected.user);
    try {
      return await comparison(situation, starts, { probe, files });
    } finally {
      files[Symbol.dispose]();
    }
  } finally {
    closeSync(probe);
  }
}

interface Material {
  readonly probe: number;
  readonly files: BaitFiles;
}

async function comparison(
  situation: Omit<Situation, 'bait'>,
  starts: ProbeStarts,
  { probe, files }: Material,
): Promise<SelfTest> {
  const mark = files.folder.slice(-6);
  const outside = (as: Attempt['control'], args: (folder: string) => readonly string[]): SandboxedProcess =>
    starts.outside(as, { program: probe, folder: files.descriptor, args });
  await using listener = await listen(mark);
  await using victim = await asVictim(outside('user', () => ['wait', `${listener.abstract.slice(0, -1)}:`]));
  const attempts = attemptsOf({ ...situation, bait: { files, abstract: listener.abstract, pid: victim.pid } });
  const controls = new Map<Attempt, string>();
  for (const as of ['caller', 'user'] as const) {
    const own = attempts.filter(({ control }) => control === as);
    if (own.length === 0) continue;
    const open = (folder: string) => own.map((attempt) => throughFolder(attempt, files.folder, folder));
    const { answers } = await answersOf(
      outside(as, (folder) => words(open(folder))),
      own,
    );
    own.forEach((attempt, index) => controls.set(attempt, answers[index] ?? nothing));
  }
  files.clear();
  const { answers, report } = await answersOf(
    starts.inside(probe, words(attempts.map(({ operation }) => operation))),
    attempts,
  );
  const lines = attempts.map((attempt, index) =>
    lineOf(attempt, answers[index] ?? nothing, controls.get(attempt) ?? nothing),
  );
  const has = (result: SelfTestLine['result']): boolean => lines.some((line) => line.result === result);
  return { passed: has('passed') && !has('failed'), lines, report };
}

type Operation = Attempt['operation'];

/** The same, with the bait's directory as a descriptor in place of its path. */
function throughFolder({ operation }: Attempt, path: string, descriptor: string): Operation {
  return operation.map((word) =>
    typeof word === 'string' && (word === path || word.startsWith(`${path}/`))
      ? `${descriptor}${word.slice(path.length)}`
      : word,
  );
}

/** Of Linux; Node has no name for it (open(2)). */
const oPath = 0o10_000_000;

/**
 * A program cannot be executed while it is open for writing (ETXTBSY, execve(2)). A process that cannot read the
 * program may not look into its process, so no other process of the user takes the pipe and answers in its place (see
 * `unreadableProgram`).
 */
function reopened(descriptor: number): number {
  try {
    return openSync(`/proc/self/fd/${descriptor}`, oPath);
  } finally {
    closeAnonymous(descriptor);
  }
}

function words(operations: readonly Operation[]): readonly string[] {
  return operations.flatMap((operation, index) => [...(index === 0 ? [] : ['+']), ...operation.map(String)]);
}

/**
 * Returns the probe's answer for each attempt. They are empty unless the probe came to its end, and wrote the expected
 * number of lines, each for its attempt.
 */
async function answersOf(child: SandboxedProcess, attempts: readonly Attempt[]) {
  // The promise of enforcement carries the same error.
  child.on('error', () => undefined);
  const closed = new Promise<number | null>((resolve) => {
    child.once('close', (code: number | null) => resolve(code));
  });
  const [report, output] = await Promise.all([child.enforcement, child.stdout ? text(child.stdout) : '']);
  const lines = output
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' '));
  const isWhole = lines.length === attempts.length && attempts.every((one, at) => lines[at]?.[0] === one.operation[0]);
  const answers = isWhole && (await closed) === 0 ? lines.map(([, , answer = nothing]) => answer) : [];
  return { report, answers };
}
