import { errorCode } from '@sb/core';
import { filesClause, isFilesError, replaceFile } from '@sb/files';

import { sbExecPath } from '../native.js';
import type { Sandbox } from '../types.js';
import { misuse } from './usage-error.js';

/** Executable, and for nobody else to write: sb-exec refuses another one. */
const mode = 0o755;
/** Where variables were given, which may be secrets. */
const secretMode = 0o700;

/**
 * Writes the sandbox to a file for sb-exec.
 *
 * @param sandbox - the sandbox
 * @param command - the program and its arguments; empty where the file names none
 * @param file - its path; what is there is replaced, and no link is followed
 * @returns what was made, and how it is used
 * @throws UsageError if it can't be written; SandboxError of `compile`
 */
export function compileTo(sandbox: Sandbox, command: readonly string[], file: string): string {
  const bytes = sandbox.compile(command);
  write(file, bytes, sandbox.policy.env === undefined ? mode : secretMode);
  const how = command.length > 0 ? `${file} [argument...]` : `${file} -- command [argument...]`;
  return `compiled: ${file}, ${bytes.length} bytes; run it with\n  ${sbExecPath()} ${how}\n`;
}

function write(file: string, bytes: Uint8Array, wanted: number): void {
  try {
    replaceFile(file, bytes, wanted);
  } catch (error) {
    if (isFilesError(error)) misuse(filesClause(error), error.hint ?? 'Name another file for --compile.');
    misuse(`${file} could not be written: ${errorCode(error) ?? 'unknown'}`, 'Name another file.');
  }
}
