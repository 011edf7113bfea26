import { chmodSync, writeFileSync } from 'node:fs';

import { fewOrMany, fixtureJson, missing, nodeReleases, patience, runProgram, temporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type LandlockReport } from '../../src/index.js';
import { compile, nobody } from './programs.js';

interface Reading {
  readonly main: unknown;
  readonly workers: readonly unknown[];
}

interface Outcome {
  readonly before: { readonly granted: Reading; readonly secret: Reading };
  readonly after: { readonly granted: Reading; readonly secret: Reading };
  readonly later: unknown;
  readonly tasks: number;
  readonly report: LandlockReport;
}

const fixture = new URL('fixtures/threads.ts', import.meta.url);
const thread = (outcome: string) => ({ sync: outcome, pool: Array.from({ length: 8 }, () => outcome) });
const everywhere = (outcome: string): Reading => ({
  main: thread(outcome),
  workers: [thread(outcome), thread(outcome)],
});

describe.skipIf(missing('linux', 'root', 'landlock6'))('restrictSelf', () => {
  it.each(nodeReleases())(
    'leaves no thread, no worker and no pool free to read a secret on $version',
    async ({ file }) => {
      using folder = temporaryFolder();
      const [granted, secret] = [folder.file('granted'), folder.file('secret')];
      for (const path of [granted, secret]) {
        writeFileSync(path, 'content');
        chmodSync(path, 0o644);
      }
      const options = { node: file, ...nobody };
      const { before, after, later, tasks, report } = await fixtureJson<Outcome>(fixture, [granted, secret], options);
      expect(before).toEqual({ granted: everywhere('OK'), secret: everywhere('OK') });
      expect(after).toEqual({ granted: everywhere('OK'), secret: everywhere('EACCES') });
      expect(later).toEqual(thread('EACCES'));
      expect(report.status).toBe('full');
      // Every thread that there was: main, four of V8, four of the pool, inspector, signals, and two workers.
      expect(tasks).toBeGreaterThan(12);
      expect(report.threads).toBe(tasks);
      expect(report.proofs).toContain('open("/", read_dir): EACCES');
      // Its parent is root's here, so it could not be signalled before either: that would prove nothing.
      expect(report.proofs).not.toContain('kill(parent, signal): EPERM');
      expect(report.proofs).toContain('connect(abstract socket, abstract_unix_socket): EPERM');
    },
  );
});

describe.skipIf(missing('linux', 'root', 'landlock7'))('a worker', () => {
  it('can not restrict the process, and nothing is restricted', async () => {
    const outcome = await fixtureJson<object>(new URL('fixtures/worker.ts', import.meta.url), ['/etc/passwd'], nobody);
    expect(outcome).toEqual({ code: 'worker-thread', read: 'OK' });
  });
});

/*
 * A thread of the kernel that serves an io_uring keeps the rights that it began with, and takes no signal that could
 * change that (io_uring_setup(2), IORING_SETUP_SQPOLL).
 */
describe.skipIf(missing('linux', 'root', 'landlock6'))('with io_uring in its thread pool', () => {
  it.each(nodeReleases())('$version is restricted as a whole or not at all', async ({ version, file }) => {
    const options = { node: file, env: { ...process.env, UV_USE_IO_URING: '1' }, ...nobody };
    const { rings, ...rest } = await fixtureJson<{ rings: number; outcome: string; read: string }>(
      new URL('fixtures/rings.ts', import.meta.url),
      ['/etc/passwd'],
      options,
    );
    if (version.startsWith('v20.')) expect(rings).toBeGreaterThan(0);
    expect(rest).toEqual(
      rings > 0 ? { outcome: 'threads-unreachable', read: 'OK' } : { outcome: 'full', read: 'EACCES' },
    );
  });
});

describe.skipIf(missing('linux', 'root'))('the broadcast to every thread', () => {
  let built: Awaited<ReturnType<typeof compile>>;
  let small: Awaited<ReturnType<typeof compile>>;
  let churn: Awaited<ReturnType<typeof compile>>;

  beforeAll(async () => {
    built = await compile('threads');
    churn = await compile('threads', ['-DSB_THREADS_DEADLINE_SECONDS=1']);
    small = await compile('threads', ['-DSB_THREADS_MAX=32', '-DSB_THREADS_DEADLINE_SECONDS=1']);
  });
  afterAll(() => {
    built.folder[Symbol.dispose]();
    small.folder[Symbol.dispose]();
    churn.folder[Symbol.dispose]();
  });

  const run = async (program: string, args: readonly string[], timeout = 15_000) => {
    const { stdout, stderr, signal } = await runProgram(program, args, { ...nobody, timeout });
    expect({ stderr, signal }).toEqual({ stderr: '', signal: null });
    return stdout.trim();
  };

  it('misses no thread while threads start and end, deaf ones among them', { timeout: 120_000 }, async () => {
    const wanted = patience === 1 ? fewOrMany(6, 20) : 3;
    // Where threads start faster than they are counted it gives up, and where none starts nothing is proved. Both may be;
    // a wrong answer may not.
    expect(await run(churn.program, ['churn', String(wanted)], 100_000)).toMatch(
      new RegExp(`^complete ${wanted} timeout \\d+ error 0 idle \\d+ missed 0 crashed 0$`),
    );
  });

  it('fails closed when a thread blocks even the broadcast signal', async () => {
    expect(await run(small.program, ['blocked'])).toBe('ETIMEDOUT threads 0 failed 0 self 0');
  });

  it('reaches every thread with no room in the signal queue', async () => {
    expect(await run(built.program, ['sigpending'])).toBe('OK threads 41 failed 0 self 1');
  });

  it('fails with more threads than it has room for, and the process lives on', async () => {
    expect(await run(small.program, ['too-many'])).toBe('EAGAIN threads 32 failed 0 self 0');
  });
});
