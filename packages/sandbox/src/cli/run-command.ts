import { resolve } from 'node:path';

import { Startable } from '../startable.js';
import { endNow } from '../system/end-now.js';
import type { Arguments } from './arguments.js';
import { policyFrom } from './policy.js';
import { type Reports, run } from './run.js';
import { misuse } from './usage-error.js';

/**
 * Runs the command in the sandbox that the command line describes.
 *
 * @returns the exit status
 * @throws UsageError, SandboxError
 */
export async function runCommand(args: Arguments): Promise<number> {
  const command = commandFrom(args);
  if (command.length === 0) noCommand();
  const status = await run(new Startable(policyFrom(args)), command, reportsFrom(args));
  // The last listener: Node takes five milliseconds to put away what the kernel takes back anyway.
  process.once('exit', endNow);
  return status;
}

/** @throws UsageError */
export function noCommand(): never {
  return misuse('the command is missing', 'Write it after --, or use -c.');
}

/** The program and its arguments. A line of the shell gets the words after `--` as `$1` and so on. */
export function commandFrom(args: Arguments): readonly string[] {
  const line = args.one('shell');
  return line === undefined ? args.command : ['/bin/sh', '-c', line, 'sh', ...args.command];
}

/** Not standard error, which both may use. */
function isNamed(file: string | undefined): file is string {
  return file !== undefined && file !== '';
}

function reportsFrom(args: Arguments): Reports {
  const [report, denials] = [args.one('report'), args.one('denials')];
  if (isNamed(report) && isNamed(denials) && resolve(report) === resolve(denials))
    misuse('--report and --denials name the same file', 'Name two files.');
  return { report, denials };
}
