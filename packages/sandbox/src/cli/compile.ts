import { closeSync, fchmodSync, fstatSync, ftruncateSync } from 'node:fs';

import { errorCode } from '@sb/core';
import { filesClause, isFilesError, openOutput, writeWhole } from '@sb/files';

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
 * @param file - its path; what is there is emptied, and no link is followed
 * @returns what was made, and how it is used
 * @throws UsageError if it can't be written; SandboxError of `compile`
 */
export function compileTo(sandbox: Sandbox, command: readonly string[], file: string): string {
  const bytes = sandbox.compile(command);
  const descriptor = openedFor(file);
  try {
    // Those who may read it may read its variables. A device, such as /dev/null, is everybody's.
    if (fstatSync(descriptor).isFile()) fchmodSync(descriptor, sandbox.policy.env === undefined ? mode : secretMode);
    writeWhole(descriptor, bytes);
  } catch (error) {
    // In part it would be refused as damaged.
    if (fstatSync(descriptor).isFile()) ftruncateSync(descriptor);
    misuse(`${file} could not be written: ${errorCode(error) ?? 'unknown'}`, 'Name another file.');
  } finally {
    closeSync(descriptor);
  }
  const how = command.length > 0 ? `${file} [argument...]` : `${file} -- command [argument...]`;
  return `compiled: ${file}, ${bytes.length} bytes; run it with\n  ${sbExecPath()} ${how}\n`;
}

function openedFor(file: string): number {
  try {
    return openOutput(file, mode);
  } catch (error) {
    if (!isFilesError(error)) throw error;
    return misuse(filesClause(error), error.hint ?? 'Name another file for --compile.');
  }
}
