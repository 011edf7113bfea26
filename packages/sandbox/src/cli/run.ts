import type { SandboxedProcess } from '../child/child.js';
import { watchDeath } from '../native.js';
import type { Startable } from '../startable.js';
import { lateTty } from '../system/late.js';
import { DenialsOutput } from './denials-output.js';
import type { SummarySubject } from './denials-summary.js';
import { failed, statusOfEnd } from './exit-status.js';
import { refuseMissingSockets } from './missing-sockets.js';
import { limitText } from './limit-words.js';
import { complain, leaveStandardError } from './output.js';
import { nodeHint } from './node-hint.js';
import { reported } from './reported.js';
import { ReportOutput } from './report-output.js';
import { SignalForwarding } from './signals.js';

/** Where a run reports to; undefined for nowhere, empty for standard error. */
export interface Reports {
  /** What is in force, as for {@link ReportOutput}. */
  readonly report: string | undefined;
  /** What was denied, as for {@link DenialsOutput}. */
  readonly denials: string | undefined;
}

/**
 * Runs the command to its end, with the standard streams of this process.
 *
 * @param sandbox - in which it runs
 * @param command - the program and its arguments
 * @param files - where its reports go
 * @returns its exit status, or 125 if it was 0 and the report could not be written
 * @throws SandboxError if it was not run, or if something else ran than planned
 */
export async function run(sandbox: Startable, command: readonly string[], files: Reports): Promise<number> {
  leaveStandardError();
  refuseMissingSockets(sandbox.policy);
  const output = files.report === undefined ? undefined : new ReportOutput(files.report);
  const denied = files.denials === undefined ? undefined : new DenialsOutput(files.denials, isTerminal());
  const signals = new SignalForwarding(sandbox.policy.newSession ?? true);
  const hasTmp = sandbox.effective.tmp !== undefined;
  let problem: string | undefined;
  const tell = (value: unknown): void => {
    problem = output?.write(value);
    if (problem !== undefined) complain(problem);
  };
  try {
    const [program = '', ...args] = command;
    const child = sandbox.run(program, args, denied !== undefined);
    const end = endOf(child);
    tell(await started(child, end, (status) => denialsWritten(child, denied, { hasTmp, status })));
    signals.startTo(child);
    const status = await end;
    problem = (await denialsWritten(child, denied, { hasTmp, status })) ?? problem;
    const hint = status === 0 ? undefined : nodeHint(sandbox, command, status);
    if (hint !== undefined) complain(hint);
    if (status !== 0) complainOfLimits(child, sandbox);
    return status === 0 && problem !== undefined ? failed : status;
  } catch (error) {
    tell({ error });
    reported.add(error as object);
    throw error;
  }
}

/** The module is large, and only for denials. */
function isTerminal(): boolean {
  return lateTty().isatty(standardError);
}

/** A command that a limit has ended does not know why. */
function complainOfLimits({ reachedLimits }: SandboxedProcess, { effective }: Startable): void {
  for (const reached of reachedLimits) complain(limitText(reached, effective));
}

const standardError = 2;

/** Returns why denials could not be written; undefined after success, or if nobody asked for them. */
async function denialsWritten(
  { denials }: SandboxedProcess,
  output: DenialsOutput | undefined,
  subject: SummarySubject,
): Promise<string | undefined> {
  if (denials === undefined || output === undefined) return undefined;
  await denials.ended;
  const problem = output.write(denials, subject);
  if (problem !== undefined) complain(problem);
  return problem;
}

async function endOf(child: SandboxedProcess): Promise<number> {
  // The promise of enforcement carries the same error.
  child.on('error', () => undefined);
  let death = 0;
  if (child.pid !== undefined) {
    watchDeath(child.pid, (signal) => {
      death = Math.max(signal, 0);
    });
  }
  return await new Promise((resolve) => {
    child.once('close', (code, signal) => resolve(statusOfEnd(code, signal, death)));
  });
}

/** Returns what is in force; throws only after everything has ended. What the start itself was denied is written then. */
async function started(child: SandboxedProcess, end: Promise<number>, write: (status: undefined) => Promise<unknown>) {
  try {
    return await child.enforcement;
  } catch (error) {
    await end;
    await write(undefined);
    throw error;
  }
}
