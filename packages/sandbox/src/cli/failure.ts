import { errorCode, isFolderLost, isSandboxError, lostFolder, type SandboxError } from '@sb/core';

import type { Arguments } from './arguments.js';
import { failed, statusOfError, statusOfSignal } from './exit-status.js';
import { accesses } from './landlock.js';
import { UsageError } from './usage-error.js';

/** The message of sb-run for an error, and its exit status. */
export interface Failure {
  /** Absent if no one can read it. */
  readonly message?: string;
  readonly status: number;
}

/**
 * Turns anything that was thrown into a message: layer, step, cause and remedy, or usage.
 *
 * @param error - the thrown value
 * @param args - the command line, if it could be parsed
 */
export function explainFailure(error: unknown, args: Arguments | undefined): Failure {
  if (error instanceof UsageError) return { message: error.message, status: failed };
  if (isSandboxError(error))
    return { message: withOptions(error, layerMessage(error), args), status: statusOfError(error) };
  // The end of an ordinary program that writes to a pipe without a reader; Node disables SIGPIPE.
  if (errorCode(error) === 'EPIPE') return { status: statusOfSignal('SIGPIPE') };
  if (isFolderLost(error)) return { message: `${lostFolder.what}. ${lostFolder.hint}`, status: failed };
  return { message: error instanceof Error ? error.message : String(error), status: failed };
}

/** The hints of the layers are for policies: names the option that was given in their place. */
function withOptions({ code, path, errno }: SandboxError, message: string, args: Arguments | undefined): string {
  if (args === undefined) return message;
  if (errno === 'EMFILE' && args.all('rlimit').some((limit) => limit.startsWith('nofile='))) {
    return message.replace('raise RLIMIT_NOFILE', 'raise --rlimit nofile');
  }
  if (code === 'not-executable') return message.replace('Grant rx for', 'Add --rx for');
  if (code !== 'path-missing' || path === undefined) return message;
  const option = accesses.find((name) => args.all(name).some((given) => leadsTo(given, path)));
  if (option === undefined) return message;
  if (args.all(option).some((given) => /^~(?:\/|$)/.test(given) && leadsTo(given, path)))
    return message.replace(forPolicy, unexpanded(option));
  return message.replace(forPolicy, `Write --${option}? in place of --${option} if it need not exist, or create it.`);
}

/** The shell leaves ~ as it is in quotes and after =. */
const unexpanded = (option: string): string =>
  `The shell has not replaced ~ by the home directory. Write it without quotes, after a blank: --${option} ~/FILE`;

/** Whether an option names a path, which the error has as an absolute one. The working directory may be lost. */
function leadsTo(given: string, path: string): boolean {
  return given === path || path.endsWith(`/${given.replace(/^(?:\.\/+)+/, '')}`);
}

/** The hint of `@sb/landlock` for a missing path. */
const forPolicy = 'Create it, or mark its rule optional ("optional": true in a policy).';

function layerMessage({ layer, step, message }: SandboxError): string {
  return `${layer}, step ${step}: ${message.replace(`${layer}: `, '')}`;
}
