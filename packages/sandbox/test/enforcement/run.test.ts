/* A program that is run to its end tells what child_process, execa and wait4(2) tell. */
import { execFile as plainExecFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

import { compileFixture, missing, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { createSandbox, isSandboxError } from '../../src/index.js';

const sandbox = createSandbox();
const sh = (line: string): readonly string[] => ['-c', line];

describe.skipIf(missing('linux'))('run()', () => {
  it('tells what was written, how it ended and what was in force', async () => {
    const result = await sandbox.run('sh', sh('cat; echo err >&2; exit 3'), { input: 'in' });
    const { stdout, stderr, exitCode, signal, timedOut, enforcement } = result;
    expect({ stdout, stderr, exitCode, signal, timedOut }).toEqual({
      stdout: 'in',
      stderr: 'err\n',
      exitCode: 3,
      signal: null,
      timedOut: false,
    });
    expect(enforcement.program).toMatch(/^\/.*\/sh$/);
    expect(enforcement.status).not.toBe('none');
  });

  it('gives no input where none is said, so that nothing waits for it', async () => {
    expect(await sandbox.run('/bin/cat', { timeout: 5000 })).toMatchObject({
      stdout: '',
      exitCode: 0,
      timedOut: false,
    });
  });

  it('reports a timeout, but not for a program that ends itself by the same signal', async () => {
    const result = await sandbox.run('/bin/sleep', ['60'], { timeout: 50 });
    expect(result).toMatchObject({ exitCode: null, signal: 'SIGTERM', timedOut: true });
    const own = await sandbox.run('/bin/sh', sh('kill -TERM $$'), { timeout: 5000 });
    expect(own).toMatchObject({ signal: 'SIGTERM', timedOut: false });
  });

  it('ends what writes without end', async () => {
    const endless = sandbox.run('/bin/sh', sh('while :; do echo 0123456789; done'), { maxBuffer: 1000 });
    await expect(endless).rejects.toMatchObject({ code: 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER' });
  });

  it.each([
    ['its time is up', { timeout: 300 }, ''],
    ['it is aborted', () => ({ signal: AbortSignal.timeout(300) }), ''],
    ['it has written too much', { maxBuffer: 10 }, 'echo 01234567890123456789; '],
  ])(
    'waits for no descendant that holds its streams, once %s, nor where it has ended itself',
    async (_, options, before) => {
      for (const end of ['sleep 10', 'exit 0']) {
        const begun = performance.now();
        await sandbox
          .run('/bin/sh', sh(`setsid sleep 10 & ${before}${end}`), typeof options === 'function' ? options() : options)
          .catch(() => undefined);
        expect(performance.now() - begun).toBeLessThan(7000);
      }
    },
  );

  it('rejects where nothing ran', async () => {
    const error: unknown = await sandbox.run('no-such-program').catch((caught: unknown) => caught);
    expect(isSandboxError(error) && error.code).toBe('not-found');
    const denied = createSandbox({ landlock: { preset: 'none', paths: [{ ro: '/etc' }] } });
    await expect(denied.run('/bin/true')).rejects.toMatchObject({ code: 'not-executable' });
    const aborted = sandbox.run('/bin/sleep', ['60'], { signal: AbortSignal.timeout(100) });
    await expect(aborted).rejects.toMatchObject({ code: 'ABORT_ERR' });
    const before = sandbox.run('/bin/sleep', ['60'], { signal: AbortSignal.abort() });
    await expect(before).rejects.toMatchObject({ code: 'ABORT_ERR' });
  });
});

describe.skipIf(missing('linux'))('what it used', () => {
  /** A child may be waited for before its pidfd is looked at: then nothing is known of it, once in some hundred runs. */
  const known = async (program: string, args: readonly string[] = []) => {
    for (let tries = 1; ; tries++) {
      const ended = await sandbox.run(program, args);
      if (ended.usage !== undefined || tries === 5) return ended;
    }
  };
  const node = async (script: string) => await known(process.execPath, ['-e', script]);

  it('is the time of the processor', async () => {
    const busy = 'const end = Date.now() + 400; while (Date.now() < end); console.log(process.cpuUsage().user / 1000)';
    const { usage, stdout } = await node(busy);
    expect(usage?.userTime).toBeGreaterThanOrEqual(Number(stdout));
    const idle = await known('/bin/sleep', ['0.4']);
    expect(idle.usage?.userTime).toBeLessThan(Number(stdout) / 2);
  });

  it('is the most that it had in memory, exactly where that is more than its parent ever had', async () => {
    const parent = process.resourceUsage().maxRSS * 1024;
    const wanted = parent + 100 * 2 ** 20;
    const { usage, stdout } = await node(
      `const b = Buffer.alloc(${wanted}, 1); console.log(process.resourceUsage().maxRSS * 1024, b.length)`,
    );
    const [own = '0'] = stdout.split(' ');
    expect(usage?.isPeakExact).toBe(true);
    expect(usage?.peakMemory).toBeGreaterThanOrEqual(Number(own));
    expect(usage?.peakMemory).toBeLessThan(Number(own) * 1.1);
  });

  it('is no more than that, and said to be no more, where the parent had more', async () => {
    const { usage } = await known('/bin/true');
    expect(usage?.isPeakExact).toBe(false);
    expect(usage?.peakMemory).toBeLessThanOrEqual(process.resourceUsage().maxRSS * 1024);
  });
});

describe.skipIf(missing('linux'))('execFile()', () => {
  it('gives what was written, and rejects as that of child_process', async () => {
    expect(await sandbox.execFile('/bin/echo', ['x'])).toEqual({ stdout: 'x\n', stderr: '' });
    const args = sh('echo out; echo err >&2; exit 7');
    const plain = (await promisify(plainExecFile)('/bin/sh', args).catch((error: unknown) => error)) as Error;
    const ours = (await sandbox.execFile('/bin/sh', args).catch((error: unknown) => error)) as Error;
    const parts = ({ message, ...rest }: Error & { code?: unknown }) => {
      const { code, signal, stdout, stderr, killed, cmd } = rest as Record<string, unknown>;
      return { message, code, signal, stdout, stderr, killed, cmd };
    };
    expect(parts(ours)).toEqual(parts(plain));
  });
});

describe.skipIf(missing('linux'))('one start', () => {
  it('may have another directory and environment, and the next one has the sandbox’s', async () => {
    const own = createSandbox({ cwd: '/usr', env: { PATH: '/usr/bin:/bin', A: 'sandbox' } });
    const line = sh('pwd; echo $A $B');
    const env = { PATH: '/usr/bin:/bin', A: 'start', B: undefined };
    expect((await own.run('sh', line, { cwd: '/etc', env })).stdout).toBe('/etc\nstart\n');
    expect((await own.run('sh', line)).stdout).toBe('/usr\nsandbox\n');
    expect((await own.run('sh', line, { env: process.env })).stdout).toBe('/usr\n\n');
  });

  it('finds its program on its own PATH, and says which', async () => {
    using folder = temporaryFolder();
    writeFileSync(folder.file('tool'), '#!/bin/sh\necho tool\n', { mode: 0o755 });
    const env = { PATH: `${folder.path}:/usr/bin:/bin` };
    const { stdout, enforcement } = await sandbox.run('tool', { env });
    expect([stdout, enforcement.program]).toEqual(['tool\n', folder.file('tool')]);
    await expect(sandbox.run('tool')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('finds the interpreter of a version manager, by the caller’s PATH', async () => {
    using folder = temporaryFolder();
    writeFileSync(folder.file('tool'), '#!/usr/bin/env sb-test-interpreter\n', { mode: 0o755 });
    writeFileSync(folder.file('sb-test-interpreter'), '#!/bin/sh\necho interpreted\n', { mode: 0o755 });
    const before = process.env['PATH'];
    process.env['PATH'] = `${folder.path}:${before}`;
    try {
      expect((await createSandbox().run('tool')).stdout).toBe('interpreted\n');
    } finally {
      process.env['PATH'] = before;
    }
  });

  it('that was ended by us is killed, also where its whole group was', async () => {
    const child = sandbox.spawn('/bin/sleep', ['60'], { stdio: 'ignore', timeout: 50 });
    expect([child.killed, child.timedOut]).toEqual([false, false]);
    await once(child, 'close');
    expect([child.killed, child.timedOut]).toEqual([true, true]);
  });

  it('ends with the block that it is in', async () => {
    let pid: number | undefined;
    {
      await using child = sandbox.spawn('/bin/sleep', ['60']);
      ({ pid } = child);
      await child.enforcement;
    }
    expect(() => process.kill(pid ?? 0, 0)).toThrow('ESRCH');
    await using ended = sandbox.spawn('/bin/true', { stdio: 'ignore' });
    await once(ended, 'close');
  });
});

describe.skipIf(missing('linux'))('fork()', () => {
  it('runs a module that it can send messages to, in the sandbox', async () => {
    const module = compileFixture(new URL('fixtures/forked.ts', import.meta.url));
    const child = sandbox.fork(module, ['word'], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    expect(await once(child, 'message')).toEqual(['ready', undefined]);
    const answer = once(child, 'message');
    child.send({ write: module });
    expect(await answer).toEqual([{ args: ['word'], error: 'EACCES', execArgv: [] }, undefined]);
    child.disconnect();
    // As with child_process, who disconnects hears of no close.
    await once(child, 'exit');
    expect(child.exitCode).toBe(0);
    expect((await child.enforcement).program).toBe(process.execPath);
  });
});
