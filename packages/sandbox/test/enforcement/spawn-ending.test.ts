/* Ending a child: AbortSignal, timeout, the whole process group, a grace between TERM and KILL. */
import { once } from 'node:events';
import { existsSync, linkSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';

import type { Sandbox } from '@sb/sandbox';
import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, describe, expect, it, vi } from 'vitest';

import { createSandbox, type SandboxedProcess } from '../../src/index.js';

const sandbox = createSandbox();

/** A shell that ignores TERM, and so does what it starts; says both numbers. */
const stubborn = 'trap "" TERM; sleep 60 & echo $$ $!; wait; sleep 60';
/** A shell with a child, neither of which ignores anything; says both numbers. */
const willing = 'sleep 60 & echo $$ $!; wait';

interface Watched {
  readonly child: SandboxedProcess;
  readonly pids: readonly number[];
  /** How it ended, with errors told before, and after how many milliseconds. */
  readonly end: Promise<{ readonly signal: unknown; readonly errors: readonly string[]; readonly took: number }>;
}

async function start(script: string, options: object): Promise<Watched> {
  const begin = performance.now();
  const child = sandbox.spawn('/bin/sh', ['-c', script], options);
  const errors: string[] = [];
  child.on('error', (error) => errors.push(error.name));
  const end = new Promise<Awaited<Watched['end']>>((resolve) => {
    child.once('exit', (_code, signal) => resolve({ signal, errors, took: performance.now() - begin }));
  });
  if (child.stdout === null) throw new Error('no pipe');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  child.stdout.resume();
  // Before that is known a child is ended by KILL.
  await child.enforcement;
  return { child, pids: line.toString().trim().split(' ').map(Number), end };
}

/** Whether a process is there and no zombie. */
function isAlive(pid: number): boolean {
  try {
    return !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    // Gone, which is the answer.
    return false;
  }
}

const allGone = async (pids: readonly number[]) => {
  await expect.poll(() => pids.filter(isAlive), { timeout: 3000 }).toEqual([]);
};

/** A sandbox whose launcher has so many rules to make that a signal at once reaches it before its last step. */
function slowIn(folder: TemporaryFolder): Sandbox {
  // Names of one file: as many files take twenty times as long to make.
  const files = Array.from({ length: 10_000 }, (_, number) => folder.file(`file-${number}`));
  writeFileSync(folder.file('file'), '');
  for (const file of files) linkSync(folder.file('file'), file);
  const rules = [files.slice(0, 4000), files.slice(4000, 8000), files.slice(8000)].map((rw) => ({ rw }));
  return createSandbox({ landlock: { paths: rules } });
}

/** One for all tests: a policy of ten thousand paths takes seconds. */
let made: { readonly folder: TemporaryFolder; readonly sandbox: Sandbox } | undefined;
function slow(): Sandbox {
  const folder = made?.folder ?? temporaryFolder();
  made ??= { folder, sandbox: slowIn(folder) };
  return made.sandbox;
}
afterAll(() => made?.folder[Symbol.dispose]());

describe.skipIf(missing('linux'))('a timeout', () => {
  it('ends the whole process group with TERM', async () => {
    const { pids, end } = await start(willing, { timeout: 300 });
    const { signal, errors, took } = await end;
    expect({ signal, errors }).toEqual({ signal: 'SIGTERM', errors: [] });
    expect(took).toBeGreaterThan(250);
    await allGone(pids);
  });

  it('ends what ignores TERM with KILL, after the grace', async () => {
    const { pids, end } = await start(stubborn, { timeout: 300, killGrace: 300 });
    const { signal, took } = await end;
    expect(signal).toBe('SIGKILL');
    expect(took).toBeGreaterThan(550);
    await allGone(pids);
  });

  it('signals no group whose number may be another one’s by then', async () => {
    const { child, pids, end } = await start(willing, { timeout: 300 });
    const zombies: boolean[] = [];
    const original = process.kill.bind(process);
    const leader = child.pid ?? 0;
    vi.spyOn(process, 'kill').mockImplementation((pid, signal) => {
      if (pid === -leader && signal === 'SIGKILL') zombies.push(existsSync(`/proc/${leader}`) && !isAlive(leader));
      return original(pid, signal);
    });
    await end.finally(() => vi.restoreAllMocks());
    expect(zombies).toEqual([true]);
    await allGone(pids);
  });

  it('ends a member of the group that outlived its leader', async () => {
    const script = '(trap "" TERM; sleep 60) & echo $$ $!; wait';
    const { pids, end } = await start(script, { timeout: 300 });
    expect((await end).signal).toBe('SIGTERM');
    await allGone(pids);
  });

  it('takes the given signal, and returns false after the end of the child', async () => {
    const { end } = await start(willing, { timeout: 200, killSignal: 'SIGHUP' });
    expect((await end).signal).toBe('SIGHUP');
    const { child, end: early } = await start('echo 1 2', { timeout: 50 });
    expect(await early).toMatchObject({ signal: null, errors: [] });
    await after(100);
    expect(child.killed).toBe(false);
  });

  it('that is over before the child is the target is an error that says so', async () => {
    let error: unknown;
    // On a busy machine, the signal may come too late: then the target has it.
    for (let tries = 0; tries < 10 && error === undefined; tries++) {
      const child = slow().spawn('/bin/sleep', ['60']);
      child.kill();
      error = await new Promise((resolve) => {
        child.once('error', resolve);
        child.once('close', () => setImmediate(resolve, undefined));
      });
    }
    expect(error).toMatchObject({ code: 'aborted', step: 'launch' });
  });

  it('reaches only a child without its own group, and never this process', async () => {
    const shared = createSandbox({ newSession: false });
    const child = shared.spawn('/bin/sleep', ['60'], { timeout: 200, stdio: 'ignore' });
    expect(await once(child, 'exit')).toEqual([null, 'SIGTERM']);
  });
});

describe.skipIf(missing('linux'))('an AbortSignal', () => {
  it('that is aborted already ends the child at once, as in child_process', async () => {
    const child = slow().spawn('/bin/sleep', ['60'], { signal: AbortSignal.abort('why') });
    const errors: Error[] = [];
    child.on('error', (error) => errors.push(error));
    await new Promise((resolve) => {
      child.once('close', resolve);
    });
    expect(errors).toEqual([expect.objectContaining({ name: 'AbortError', code: 'ABORT_ERR', cause: 'why' })]);
    await expect(child.enforcement).rejects.toMatchObject({ code: 'aborted' });
    expect(existsSync(`/proc/${child.pid}`)).toBe(false);
  });

  it('ends a running child and its group, with an AbortError', async () => {
    const controller = new AbortController();
    const { pids, end } = await start(willing, { signal: controller.signal });
    controller.abort();
    expect(await end).toMatchObject({ signal: 'SIGTERM', errors: ['AbortError'] });
    await allGone(pids);
  });

  it('means nothing once the child has ended', async () => {
    const controller = new AbortController();
    const { child, end } = await start('echo 1 2', { signal: controller.signal });
    expect(await end).toMatchObject({ signal: null });
    controller.abort();
    await after(20);
    expect(await end).toMatchObject({ errors: [] });
    expect(existsSync(`/proc/${child.pid}`)).toBe(false);
  });
});
