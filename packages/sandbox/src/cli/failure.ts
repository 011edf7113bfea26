import { errorCode, isFolderLost, isSandboxError, lostFolder, type SandboxError } from '@sb/core';

import { failed, statusOfError, statusOfSignal } from './exit-status.js';
import { UsageError } from './usage-error.js';

/** The message of sb-run for an error, and its exit status. */
export interface Failure {
  /** Absent if no one can read it. */
  readonly message?: string;
  readonly status: number;
}

/** Turns anything that was thrown into a message: layer, step, cause and remedy, or usage. */
export function explainFailure(error: unknown): Failure {
  if (error instanceof UsageError) return { message: error.message, status: failed };
  if (isSandboxError(error))
    return { message: `${layerMessage(error)}${optionFor(error)}`, status: statusOfError(error) };
  // The end of an ordinary program that writes to a pipe without a reader; Node disables SIGPIPE.
  if (errorCode(error) === 'EPIPE') return { status: statusOfSignal('SIGPIPE') };
  if (isFolderLost(error)) return { message: `${lostFolder.what}. ${lostFolder.hint}`, status: failed };
  return { message: error instanceof Error ? error.message : String(error), status: failed };
}

/** The hint of a missing path is for a policy. */
function optionFor({ code }: SandboxError): string {
  return code === 'path-missing' ? ' On the command line, --rw? in place of --rw makes it optional.' : '';
}

function layerMessage({ layer, step, message }: SandboxError): string {
  return `${layer}, step ${step}: ${message.replace(`${layer}: `, '')}`;
}
