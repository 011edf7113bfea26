/* A command that another process of its user stops is waited for no longer than one that a server lets wait. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

import { Folder } from '@sb/files';
import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { loadConfiguration } from '../config/configuration.js';
import { runXfer } from './command.js';
import { patienceOf } from './command-watch.js';

let folder: TemporaryFolder;
const { setTimeout: later } = globalThis;
beforeEach(() => {
  folder = temporaryFolder();
  for (const name of ['pacman.d', 'to']) mkdirSync(folder.file(name));
  writeFileSync(folder.file('pacman.conf'), '[options]\n');
  writeFileSync(folder.file('pacman.d', 'pacman-fetch.conf'), '[options]\nUseSandbox = no\n');
  // The second, and nothing else.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
  folder[Symbol.dispose]();
});

/** Runs a script of sh(1), which has the path of its file as `$0`. */
async function run(script: string, signal: AbortSignal, disableTimeout = false): Promise<void> {
  const configuration = await loadConfiguration({ config: folder.file('pacman.conf') });
  using to = Folder.open(folder.file('to'));
  const command = `/bin/sh -c '${script}' %o`;
  const file = { to: folder.file('to', 'x'), sources: [], maxBytes: 1 << 20 };
  const choice = { kind: 'off', source: 'UseSandbox = no' } as const;
  const patience = patienceOf(disableTimeout);
  const { staged } = await runXfer(configuration, {
    command,
    choice,
    url: 'http://a/x',
    folder: to,
    file,
    patience,
    signal,
  });
  staged.commit();
}

/** What went wrong, waited for from now on. */
async function errorOf(ending: Promise<void>): Promise<string | undefined> {
  return await ending.then(
    () => undefined,
    (error: unknown) => (error as Error).message,
  );
}

/** The process that says its number in a file of that name, once it is in this state (proc_pid_stat(5)). */
async function processIn(state: string, name: string): Promise<number> {
  for (;;) {
    const pid = existsSync(folder.file(name)) ? Number(readFileSync(folder.file(name), 'utf8')) : 0;
    if (pid > 0 && stateOf(pid) === state) return pid;
    await moment();
  }
}

function moment(): Promise<void> {
  return new Promise((resolve) => later(resolve, 10));
}

function stateOf(pid: number): string | undefined {
  try {
    return /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

/** A signal takes its time, and whoever reaps what is orphaned. */
async function gone(pid: number): Promise<void> {
  while (![undefined, 'Z', 'X'].includes(stateOf(pid))) await moment();
}

async function saying({ mock }: { readonly mock: { readonly calls: readonly unknown[] } }): Promise<void> {
  while (mock.calls.length === 0) await moment();
}

const stop = (name: string, what = '$$') => `echo ${what} >${folder.file(name)}; kill -STOP ${what}`;

describe.skipIf(missing('linux'))('an XferCommand that is stopped', { timeout: 20_000 }, () => {
  it('is ended with what it has started, after five minutes', async () => {
    const { signal } = new AbortController();
    const ending = run(`sleep 1000 & echo $! >${folder.file('child')}; kill -STOP $!; ${stop('stopped')}`, signal);
    const end = errorOf(ending);
    await processIn('T', 'stopped');
    const child = await processIn('T', 'child');
    vi.advanceTimersByTime(302_000);
    expect(await end).toBe('sh made no progress for 300 seconds, and was ended');
    await gone(child);
    expect(readdirSync(folder.file('to'))).toEqual([]);
  });

  it('has all the time again with each byte that it writes, and each word', async () => {
    const { signal } = new AbortController();
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      const ending = run(`${stop('first')}; echo x >"$0"; ${stop('second')}; echo word; ${stop('third')}`, signal);
      for (const name of ['first', 'second', 'third']) {
        const pid = await processIn('T', name);
        // What it says comes in its own time.
        if (name === 'third') await saying(said);
        vi.advanceTimersByTime(200_000);
        process.kill(pid, 'SIGCONT');
      }
      await ending;
    } finally {
      said.mockRestore();
    }
    expect(readFileSync(folder.file('to/x'), 'utf8')).toBe('x\n');
  });

  it('is waited for where no server is too slow', async () => {
    const { signal } = new AbortController();
    const ending = run(`echo x >"$0"; ${stop('stopped')}`, signal, true);
    const pid = await processIn('T', 'stopped');
    vi.advanceTimersByTime(400_000);
    process.kill(pid, 'SIGCONT');
    expect(await errorOf(ending)).toBeUndefined();
  });

  it('goes with what it has started where the download is cancelled', async () => {
    const cancelling = new AbortController();
    const ending = run(`sleep 1000 & echo $! >${folder.file('child')}; ${stop('stopped')}`, cancelling.signal);
    const end = errorOf(ending);
    await processIn('T', 'stopped');
    const child = await processIn('S', 'child');
    cancelling.abort();
    expect(await end).toBe('sh ended with SIGKILL');
    await gone(child);
  });
});
