import { basename, join } from 'node:path';

import type { Folder } from '@sb/files';
import { createSandbox, type SandboxedProcess, type SandboxReport } from '@sb/sandbox';

import type { Configuration } from '../config/configuration.js';
import { sandboxOptions } from '../config/sandbox-options.js';
import type { SandboxUser } from '../config/sandbox-user.js';
import { wordsOf } from '../config/words.js';
import { charsetOf } from '../ui/environment.js';
import { CommandWatch, killGroup, type Patience } from './command-watch.js';
import { endOf } from './end.js';
import { commandPorts, proxyVariables } from './ports.js';
import { CommandOutput } from './command-output.js';
import { boundOf, type Expected, StagedFile } from './staged-file.js';
import { Staging } from './staging.js';

/** What a command may know of our environment: how to find programs and proxies. */
const passed = ['PATH', 'LANG', ...proxyVariables, 'no_proxy', 'NO_PROXY'] as const;

/** A run of XferCommand. */
export interface XferRun {
  readonly command: string;
  /** Who downloads. */
  readonly choice: SandboxUser;
  readonly url: string;
  /** Where the file belongs. */
  readonly folder: Folder;
  readonly file: Expected;
  /** When it is ended. */
  readonly patience: Patience;
  readonly signal: AbortSignal;
}

/** A command that ended with another status than 0: what went wrong, it has said itself. */
export class CommandFailure extends Error {}

/**
 * Runs XferCommand for one URL under every layer that the configuration asks for, with a staging folder as the only place
 * that it can write to beside SandboxWritable. It has nothing of our terminal: what it says comes by pipes, and is shown
 * on standard error by {@link CommandOutput}.
 *
 * @returns a checked copy of what it left, and what was in force
 * @throws CommandFailure; Error that says what is wrong with the file, or that the command took too long; SandboxError
 *   where it can't be confined; the signal's reason where it is aborted already, and then nothing is started, or while what
 *   the command left is copied
 */
export async function runXfer(
  configuration: Configuration,
  { command, choice, url, folder, file, patience, signal }: XferRun,
): Promise<{ readonly staged: StagedFile; readonly enforcement: SandboxReport | undefined }> {
  // A listener would never hear of it.
  signal.throwIfAborted();
  const { sandbox } = configuration;
  const policy = choice.kind === 'switch' ? choice.policy : undefined;
  using staging = Staging.make(folder);
  const name = `${basename(file.to)}.part`;
  const output = join(staging.path, name);
  const [program = '', ...args] = (wordsOf(command) ?? []).map((word) =>
    word === '%u' ? url : word === '%o' ? output : word,
  );
  const user = policy === undefined ? undefined : { user: policy.uid, group: policy.gid };
  const needs = {
    program: 'command',
    user,
    ports: commandPorts([url], process.env),
    writable: [staging.path],
  } as const;
  const base = sandboxOptions(sandbox, needs) ?? { off: ['privdrop', 'caps', 'landlock', 'seccomp'] };
  const rlimits = { fsize: boundOf(file) };
  const confined = createSandbox({ ...base, rlimits, cwd: staging.path, env: environmentIn(staging.path) });
  const runner = confined.plan().expected.user;
  if (runner !== undefined) staging.openTo(runner);
  staging.furnish();
  const child = confined.spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const show = listen(child);
  const kill = (): void => killGroup(child);
  signal.addEventListener('abort', kill, { once: true });
  using watch = new CommandWatch(child, staging.inside, patience);
  const [status, killedBy] = await endOf(child).catch((error: unknown) => {
    // It was ended before it was the command.
    if (watch.reason !== undefined) return [null, 'SIGKILL'] as const;
    throw error;
  });
  signal.removeEventListener('abort', kill);
  show();
  // It says nothing of what the server has.
  if (watch.reason !== undefined) throw new Error(`${basename(program)} ${watch.reason}, and was ended`);
  if (status !== 0) throw new CommandFailure(`${basename(program)} ended with ${killedBy ?? status}`);
  const enforcement = await child.enforcement;
  const left = { folder: staging.inside, name, uid: runner?.uid };
  const place = { folder, copyName: staging.copyName };
  const staged = await StagedFile.take(left, place, { expected: file, signal });
  return { staged, enforcement };
}

/** Shows what a command says; what is returned shows the rest. */
function listen(child: SandboxedProcess): () => void {
  const charset = charsetOf(process.env);
  const write = (line: string): void => void process.stderr.write(line);
  const outputs = [child.stdout, child.stderr].map((stream) => {
    const output = new CommandOutput({ charset, write, now: () => performance.now() });
    stream?.on('data', (bytes: Buffer) => output.take(bytes));
    return output;
  });
  return () => {
    for (const output of outputs) output.end();
  };
}

function environmentIn(folder: string): Readonly<Record<string, string>> {
  const kept = passed.map((name) => [name, process.env[name]] as const);
  const known = kept.filter((entry): entry is readonly [(typeof passed)[number], string] => entry[1] !== undefined);
  return { ...Object.fromEntries(known), HOME: folder };
}
