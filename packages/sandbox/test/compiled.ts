import { chmodSync, cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { runProgram, stage, type ProgramOptions, type ProgramResult } from '@sb/test-kit';

import { compiledFile, type Document } from '../src/compile/file.js';
import { createSandbox, sbExecPath, type SandboxOptions } from '../src/index.js';

let copy: string | undefined;

/** sb-exec where every user can run it, by a path that a first line has room for. */
export function sbExec(): string {
  if (copy === undefined) {
    copy = join(stage(), 'bin', `sb-exec-${process.pid}`);
    cpSync(sbExecPath(), copy);
    chmodSync(copy, 0o755);
  }
  return copy;
}

/** Writes a compiled sandbox as sb-run --compile does. */
export function compileInto(path: string, policy: SandboxOptions, command?: readonly string[]): string {
  return writeCompiled(path, createSandbox(policy).compile(command, { interpreter: sbExec() }));
}

/** A compiled sandbox of these records, whatever they are, for every machine; they name their command. */
export function compiledOf(records: Uint8Array, abi: Document['abi'] = [0, 0xffff]): Buffer {
  const documents = [true, false].map((privileged) => ({ abi, privileged, records }));
  return compiledFile(documents, { hasCommand: true, interpreter: sbExec() });
}

/** Writes bytes with the mode of a compiled sandbox. */
export function writeCompiled(path: string, bytes: Uint8Array): string {
  writeFileSync(path, bytes);
  chmodSync(path, 0o755);
  return path;
}

/** Runs sb-exec to its end. */
export async function execute(args: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
  return await runProgram(sbExec(), args, options);
}
