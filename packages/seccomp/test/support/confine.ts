/* Programs under a filter that was loaded before they started, as an ordinary user without capabilities. */
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import {
  type Attempt,
  parseProbe,
  probeArguments,
  probePath,
  type ProgramOptions,
  type ProgramResult,
  runProgram,
  temporaryFolder,
} from '@sb/test-kit';

import { thisMachine } from '../../src/tables/architectures.js';
import { plan, policy, type SeccompOptions } from '../../src/index.js';

/** An ordinary user: root hides missing denials. */
export const nobody = { uid: 65_534, gid: 65_534 } as const;

/** Runs programs under filters, until it is disposed. */
export interface Confiner extends Disposable {
  /** Runs a program under a policy's filter, or with the record that it is given. */
  run(filter: SeccompOptions | Uint8Array, command: readonly string[], more?: ProgramOptions): Promise<ProgramResult>;
  /** Runs the probe under a policy's filter; its answers by name of the error, or `OK`. */
  probe(options: SeccompOptions, attempts: readonly Attempt[]): Promise<readonly string[]>;
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Builds the launcher of `test/native/confine.c`, without libc.
 *
 * @throws Error with the compiler's words if it can't be built
 */
export async function confiner(): Promise<Confiner> {
  const folder = temporaryFolder();
  const launcher = folder.file('confine');
  const flags = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror', '-ffreestanding', '-nostdlib', '-static'];
  const sources = [here('../native/confine.c'), here('../../native/seccomp.c')];
  const include = `-I${here('../../../native')}`;
  const more = ['-fno-stack-protector', include, '-o', launcher];
  const { status, stderr } = await runProgram('gcc', [...flags, ...more, ...sources]);
  if (status !== 0) throw new Error(`confine.c could not be built: ${stderr}`);
  let count = 0;

  const run: Confiner['run'] = async (filter, command, settings = {}) => {
    const file = folder.file(`record-${count++}`);
    writeFileSync(file, filter instanceof Uint8Array ? filter : recordOf(filter));
    const descriptor = openSync(file, 'r');
    try {
      return await runProgram(launcher, command, { ...nobody, ...settings, descriptors: [descriptor] });
    } finally {
      closeSync(descriptor);
    }
  };
  return {
    run,
    probe: async (options, attempts) => {
      const {
        stdout,
        stderr: errors,
        status: code,
        signal,
      } = await run(options, [probePath(), ...probeArguments(attempts)]);
      if (code !== 0) throw new Error(`the probe ended with ${code ?? signal}: ${stdout}${errors}`);
      return parseProbe(stdout, attempts.length).map(({ outcome }) => outcome);
    },
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

/** The record that a launcher would get on this machine. */
export function recordOf(options: SeccompOptions): Uint8Array {
  return plan(policy(options), {
    state: 'available',
    machine: thisMachine() ?? 'x86_64',
    actions: ['kill-process', 'kill-thread', 'trap', 'errno', 'user-notify', 'trace', 'log', 'allow'],
    flags: ['tsync'],
    noNewPrivs: true,
    filters: 0,
  }).record;
}
