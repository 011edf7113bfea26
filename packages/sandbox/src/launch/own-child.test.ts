import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';

import { missing, temporaryFolder } from '@sb/test-kit';
import { afterAll, describe, expect, it } from 'vitest';

import { reap, watchDeath } from '../native.js';
import { startOwn } from './own-child.js';

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());

let count = 0;

/** Runs a line of a shell; what it wrote to descriptor 5, and its events. */
async function ran(line: string, before?: (pid: number, events: readonly unknown[]) => void) {
  const file = folder.file(String(count++));
  writeFileSync(file, '');
  const output = openSync(file, 'a');
  // Each replaces another one that is still needed, unless those are moved first.
  const child = startOwn(['/bin/sh', '-c', line], ['ignore', 'ignore', 'inherit', 2, 'ignore', output, 1]);
  closeSync(output);
  if (child === undefined) throw new Error('it was not started');
  const events: unknown[] = [];
  for (const name of ['spawn', 'exit', 'close']) child.on(name, (...how: unknown[]) => events.push([name, ...how]));
  before?.(child.pid ?? 0, events);
  await new Promise((resolve) => child.once('close', resolve));
  return { events, child, wrote: readFileSync(file, 'utf8') };
}

describe.skipIf(missing('linux'))('a child that child_process does not start', () => {
  it('ends as one of child_process: spawn, exit, close', async () => {
    const { events, child } = await ran('exit 3');
    expect(events).toEqual([['spawn'], ['exit', 3, null], ['close', 3, null]]);
    expect([child.exitCode, child.signalCode, child.killed]).toEqual([3, null, false]);
    // Nobody waits for it any more, and its number may be another's.
    expect(child.kill()).toBe(false);
    expect(() => process.kill(child.pid ?? 0, 0)).toThrow('ESRCH');
  });

  it.each([
    ['kill -ABRT $$', null, 'SIGABRT'],
    ['kill -KILL $$', null, 'SIGKILL'],
    // As child_process reports a real-time signal.
    ['kill -40 $$', 0, null],
  ])('tells its signal: %s', async (line, code, signal) => {
    expect((await ran(line)).events.at(-1)).toEqual(['close', code, signal]);
  });

  it('has not succeeded if something else has waited for it', async () => {
    const { events } = await ran('exit 3', (pid) => {
      while (!reap(pid));
    });
    expect(events.at(-1)).toEqual(['close', 125, null]);
  });

  it('gets a signal of its parent', async () => {
    const file = folder.file('pipe');
    const child = startOwn(['/bin/sleep', '1000'], ['ignore', 'ignore', openSync(file, 'w')]);
    expect(child?.kill('SIGUSR2')).toBe(true);
    await new Promise((resolve) => child?.once('close', resolve));
    expect([child?.signalCode, child?.killed]).toEqual(['SIGUSR2', true]);
  });

  it('tells all watchers of its death, before its exit', async () => {
    const told: unknown[] = [];
    await ran('kill -TERM $$', (pid, events) => {
      const watch = () =>
        watchDeath(pid, (signal, { own }) => told.push([signal, own >= 0, events.flat().includes('exit')]));
      expect([watch(), watch()]).toEqual([true, true]);
    });
    expect(told).toEqual([
      [15, true, false],
      [15, true, false],
    ]);
  });

  it('starts with its descriptors alone, no environment, and no signal ignored or blocked', async () => {
    // Node itself ignores SIGPIPE.
    const { wrote } = await ran(
      'exec >&5; grep -E "^Sig(Blk|Ign)" /proc/self/status; tr "\\0" "\\n" </proc/$$/environ; ' +
        'for d in /proc/$$/fd/*; do readlink $d; done | sort | uniq -c',
    );
    expect(wrote).toMatch(/^SigBlk:\t0+\nSigIgn:\t0+\n/);
    expect(wrote).not.toContain('=');
    expect(wrote).toContain('/dev/null');
  });

  it('leaves to child_process what it cannot do', () => {
    expect(startOwn(['/nonexistent/program'], ['ignore', 'ignore', 'ignore'])).toBeUndefined();
    expect(startOwn(['/bin/true'], ['ignore', 'pipe', 'ignore'])).toBeUndefined();
    expect(startOwn(['/bin/true'], ['ignore', 'ignore', 999_999])).toBeUndefined();
  });
});
