import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { createSandbox, type SandboxReport } from '@sb/sandbox';

import type { Configuration } from '../config/configuration.js';
import { sandboxOptions } from '../config/sandbox-options.js';
import type { SandboxUser } from '../config/sandbox-user.js';
import { wordsOf } from '../config/words.js';
import { type Expected, moveIn } from './staged-file.js';

/** What a command may know of our environment: how to find programs and proxies. */
const passed = [
  'PATH',
  'LANG',
  'http_proxy',
  'https_proxy',
  'all_proxy',
  'no_proxy',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
] as const;

/** A run of XferCommand. */
export interface XferRun {
  readonly command: string;
  /** Who downloads. */
  readonly choice: SandboxUser;
  readonly url: string;
  readonly file: Expected;
  readonly signal: AbortSignal;
}

/**
 * Runs XferCommand for one URL under every layer that the configuration asks for, with a staging folder as the only place
 * that it can write to beside SandboxWritable, and moves what it left to where it belongs.
 *
 * @returns bytes of the file, and what was in force
 * @throws Error that says what is wrong; SandboxError where it can't be confined
 */
export async function runXfer(
  configuration: Configuration,
  { command, choice, url, file, signal }: XferRun,
): Promise<{ readonly size: number; readonly enforcement: SandboxReport | undefined }> {
  const { sandbox } = configuration;
  const policy = choice.kind === 'switch' ? choice.policy : undefined;
  const folder = mkdtempSync(join(dirname(file.to), 'download-'));
  try {
    chmodSync(folder, 0o700);
    if (policy !== undefined) chownSync(folder, policy.uid, policy.gid);
    const staged = join(folder, `${basename(file.to)}.part`);
    const [program = '', ...args] = (wordsOf(command) ?? []).map((word) =>
      word === '%u' ? url : word === '%o' ? staged : word,
    );
    const user = policy === undefined ? undefined : { user: policy.uid, group: policy.gid };
    const options = sandboxOptions(sandbox, { program: 'command', user, ports: portsOf(url), writable: [folder] });
    const base = options ?? { off: ['privdrop', 'caps', 'landlock', 'seccomp'] };
    const rlimits = { core: 0, fsize: file.maxBytes ?? file.size ?? ('unlimited' as const) };
    const confined = createSandbox({ ...base, rlimits, cwd: folder, env: environmentIn(folder) });
    const child = confined.spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    const kill = (): void => void child.kill('SIGKILL');
    signal.addEventListener('abort', kill, { once: true });
    const [status, killedBy] = (await once(child, 'close')) as [number | null, string | null];
    signal.removeEventListener('abort', kill);
    if (status !== 0) throw new Error(`${basename(program)} ended with ${killedBy ?? status}`);
    return { size: moveIn(staged, file), enforcement: await child.enforcement };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function environmentIn(folder: string): Readonly<Record<string, string>> {
  const kept = passed.map((name) => [name, process.env[name]] as const);
  const known = kept.filter((entry): entry is readonly [(typeof passed)[number], string] => entry[1] !== undefined);
  return { ...Object.fromEntries(known), HOME: folder };
}

/** The ports of a URL, and those that mirrors redirect to. */
function portsOf(url: string): readonly number[] {
  const { port } = new URL(url);
  return [...new Set([80, 443, ...(port === '' ? [] : [Number(port)])])];
}
