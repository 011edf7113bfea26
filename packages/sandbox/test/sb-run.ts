import { join } from 'node:path';

import {
  type Attempt,
  parseProbe,
  probeArguments,
  probePath,
  type ProgramOptions,
  type ProgramResult,
  runProgram,
  stage,
} from '@sb/test-kit';

/** The command as every user can run it. */
export function sbRunPath(): string {
  return join(stage(), 'node_modules', '@sb', 'sandbox', 'dist', 'sb-run.cjs');
}

/** Runs sb-run to its end. */
export async function sbRun(args: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
  return await runProgram(process.execPath, [sbRunPath(), ...args], options);
}

/** What the kernel answers to the probe's attempts under some options of sb-run. */
export async function answers(
  options: readonly string[],
  attempts: readonly Attempt[],
  program: ProgramOptions = {},
): Promise<readonly string[]> {
  const { status, stdout, stderr } = await sbRun([...options, '--', probePath(), ...probeArguments(attempts)], program);
  if (status !== 0) throw new Error(`the probe did not run (${status}): ${stderr}`);
  return parseProbe(stdout, attempts.length).map(({ outcome }) => outcome);
}

/** What a line of sh(1) prints under some options of sb-run. */
export async function says(options: readonly string[], line: string, program: ProgramOptions = {}): Promise<string> {
  const { status, stdout, stderr } = await sbRun([...options, '--', 'sh', '-c', line], program);
  if (status !== 0) throw new Error(`sh ended with ${status}: ${stderr}`);
  return stdout.trimEnd();
}
