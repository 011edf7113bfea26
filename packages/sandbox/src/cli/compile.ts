import { errorCode } from '@sb/core';
import { filesClause, isFilesError, replaceFile } from '@sb/files';

import { sbExecPath } from '../native.js';
import type { Sandbox } from '../types.js';
import { misuse } from './usage-error.js';

/** Executable, and writable only by its owner: sb-exec refuses other files. */
const mode = 0o755;
/** If variables are given, which may be secrets. */
const secretMode = 0o700;

/**
 * Writes the sandbox to a file for sb-exec.
 *
 * @param sandbox - the sandbox
 * @param command - the program and its arguments; empty if the file names none
 * @param file - its path; an existing file is replaced, and links are not followed
 * @returns a text about the file and its use
 * @throws UsageError if it cannot be written; SandboxError of `compile`
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
    misuse(`cannot write ${file}: ${errorCode(error) ?? 'unknown error'}`, 'Name another file.');
  }
}
