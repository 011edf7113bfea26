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

/** The variables that a command gets: how to find programs and proxies. */
const passed = ['PATH', 'LANG', ...proxyVariables, 'no_proxy', 'NO_PROXY'] as const;

/** A run of XferCommand. */
export interface XferRun {
  readonly command: string;
  /** The user that downloads. */
  readonly choice: SandboxUser;
  readonly url: string;
  /** The directory of the file. */
  readonly folder: Folder;
  readonly file: Expected;
  /** When it is ended. */
  readonly patience: Patience;
  readonly signal: AbortSignal;
}

/** A command that ended with a status other than 0; it has reported the reason itself. */
export class CommandFailure extends Error {}

/**
 * Runs XferCommand for one URL under every layer of the configuration. It can write only to a staging directory and to
 * SandboxWritable. It does not have the terminal: its output comes by pipes, and {@link CommandOutput} shows it on
 * standard error.
 *
 * @returns a checked copy of what it left, and what was in force
 * @throws CommandFailure; Error that says what is wrong with the file, or that the command took too long; SandboxError
 *   if it cannot be confined; the reason of the signal. If the signal is aborted already, nothing is started
 */
export async function runXfer(
  configuration: Configuration,
  { command, choice, url, folder, file, patience, signal }: XferRun,
): Promise<{ readonly staged: StagedFile; readonly enforcement: SandboxReport | undefined }> {
  // A listener would not be called for it.
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
    // It was ended before it had executed the command.
    if (watch.reason !== undefined) return [null, 'SIGKILL'] as const;
    throw error;
  });
  signal.removeEventListener('abort', kill);
  show();
  // That does not show what the server has.
  if (watch.reason !== undefined) throw new Error(`${basename(program)} ${watch.reason}, and was ended`);
  if (status !== 0) throw new CommandFailure(`${basename(program)} ended with ${killedBy ?? status}`);
  const enforcement = await child.enforcement;
  const left = { folder: staging.inside, name, uid: runner?.uid };
  const place = { folder, copyName: staging.copyName };
  const staged = await StagedFile.take(left, place, { expected: file, signal });
  return { staged, enforcement };
}

/** Shows the output of a command; call the result to show the rest. */
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
