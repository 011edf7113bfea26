import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { compileC } from './compile.js';
import { stage } from './stage.js';

/** A process of the sandbox's user that takes what other processes of that user have open, and writes to it. */
export interface DescriptorThief extends AsyncDisposable {
  /** What it has said so far, a line each: see `native/descriptor-thief.c`. */
  readonly said: () => readonly string[];
}

/** What a thief does. */
export interface ThiefOptions {
  /** Whom it robs: processes whose command line holds it. */
  readonly word: string;
  /** What it writes over the beginning of each file that it could take, once who had it is gone. */
  readonly text: string;
  /** Who it is. Default: 65534, nobody. */
  readonly uid?: number;
  /** Its group, which has to be theirs as well (ptrace(2)). Default: 65534. */
  readonly gid?: number;
}

let compiled: Promise<string> | undefined;

/** Starts a thief, which is watching by then. */
export async function descriptorThief({
  word,
  text,
  uid = 65_534,
  gid = 65_534,
}: ThiefOptions): Promise<DescriptorThief> {
  compiled ??= compile();
  const program = await compiled;
  const child = spawn(program, [word, text, '60'], { uid, gid, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => {
    said += bytes.toString('latin1');
  });
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  return {
    said: () => said.split('\n').filter((line) => line !== ''),
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      if (child.exitCode === null) await ended;
    },
  };
}

async function compile(): Promise<string> {
  const program = `${stage()}/descriptor-thief-${process.pid}`;
  await compileC(program, { from: import.meta.url, sources: ['../native/descriptor-thief.c'] });
  return program;
}
