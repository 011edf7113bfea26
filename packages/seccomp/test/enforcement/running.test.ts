/* Filters of running processes: who may read them, what is read, and that the process resumes in any case. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { readKernelFile, readTaskStatus } from '@sb/core';
import { compileC, missing, reachableProgram, runProgram, stage, temporaryFolder } from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { arg, type SeccompOptions } from '../../src/index.js';
import { confiner, type Confiner, nobody } from '../support/confine.js';

interface Target {
  readonly pid: number;
  /** Ends its wait, and returns what it then prints. */
  resume(this: void): Promise<string>;
}

describe.skipIf(missing('linux', 'root'))('sb-seccomp disasm pid:', () => {
  const folder = temporaryFolder();
  const program = folder.file('filtered');
  const node = reachableProgram(process.execPath, 'node');
  const command = join(stage(), 'node_modules/@sb/seccomp/dist/sb-seccomp.js');
  const root = { uid: 0, gid: 0 };
  const started: ChildProcessWithoutNullStreams[] = [];
  let filters: Confiner;

  beforeAll(async () => {
    await compileC(program, {
      from: import.meta.url,
      sources: ['../native/filtered.c'],
      flags: ['-pthread'],
    });
    filters = await confiner();
  });
  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
  });
  afterAll(() => {
    filters[Symbol.dispose]();
    folder[Symbol.dispose]();
  });

  async function target(count: number, mode = 'read', user: object = nobody): Promise<Target> {
    const child = spawn(program, [String(count), mode], { ...user, stdio: 'pipe' });
    started.push(child);
    const [first] = (await once(child.stdout, 'data')) as readonly Buffer[];
    expect(String(first)).toBe('ready\n');
    return {
      pid: child.pid ?? 0,
      async resume() {
        child.stdin.end();
        return await text(child.stdout);
      },
    };
  }

  async function run(args: readonly string[], user: object = root) {
    const { status, stdout, stderr } = await runProgram(node, [command, ...args], { ...user, timeout: 60_000 });
    return { status, out: stdout, err: stderr };
  }

  const tracerOf = (pid: number) => Number(/^TracerPid:\s*(\d+)/m.exec(readKernelFile(`/proc/${pid}/status`))?.[1]);
  const stateOf = (pid: number) => {
    const { seccomp, seccompFilters } = readTaskStatus(pid);
    return { seccomp, seccompFilters };
  };

  it('lists all filters of a process for root, numbered, and the process resumes', async () => {
    const { pid, resume } = await target(3);
    const { status, out, err } = await run(['disasm', `pid:${pid}`]);
    expect([status, err]).toEqual([0, '']);
    const found = [...out.matchAll(/^filter (\d) of process (\d+):$|^ +3 {2}jeq +(\S+)/gm)].map((one) => one.slice(1));
    expect(found).toEqual(
      ['1', '2', '3'].flatMap((one) => [
        [one, String(pid), undefined],
        [undefined, undefined, `0x${one}`],
      ]),
    );
    const second = JSON.parse((await run(['disasm', `pid:${pid}/2`, '--json'])).out);
    expect(second).toEqual([
      {
        filter: 2,
        instructions: expect.arrayContaining(['4  ret   errno ENETRESET']),
      },
    ]);
    expect((await run(['disasm', `pid:${pid}/4`])).err).toContain(`process ${pid} has 3 filters, and no filter 4`);
    expect(stateOf(pid)).toEqual({ seccomp: 2, seccompFilters: 3 });
    expect(await resume()).toBe('resumed after 0 signals\n');
  });

  it('compares a filter of a process, and asks which if it has several', async () => {
    const one = await target(1);
    const two = await target(2);
    expect((await run(['compare', `pid:${one.pid}`, `pid:${two.pid}/1`])).out).toMatch(/^equal:/);
    expect((await run(['compare', `pid:${one.pid}`, `pid:${two.pid}/2`])).out).toMatch(/^overlap:/);
    const { status, err } = await run(['compare', `pid:${two.pid}`, 'allow-all']);
    expect([status, err]).toEqual([
      2,
      `sb-seccomp: process ${two.pid} has 2 filters. Name one of them, for instance pid:${two.pid}/1.\n`,
    ]);
  });

  it('shows an ordinary user nothing, neither of a process of that user nor of another', async () => {
    const own = await target(1);
    const others = await target(1, 'read', root);
    const missingCapability = await run(['disasm', `pid:${own.pid}`], nobody);
    expect([missingCapability.status, missingCapability.out]).toEqual([2, '']);
    expect(missingCapability.err).toContain('may not be read. That needs CAP_SYS_ADMIN: run it as root');
    const untraceable = await run(['disasm', `pid:${others.pid}`], nobody);
    expect([untraceable.status, untraceable.out]).toEqual([2, '']);
    expect(untraceable.err).toContain(`process ${others.pid} may not be traced. It needs root with CAP_SYS_PTRACE`);
    for (const { resume } of [own, others]) expect(await resume()).toBe('resumed after 0 signals\n');
  });

  it('says what a process lacks, to everybody', async () => {
    const { pid, resume } = await target(0);
    const says = {
      status: 2,
      out: '',
      err: expect.stringContaining(`process ${pid} has no filter. `),
    };
    expect(await run(['disasm', `pid:${pid}`])).toEqual(says);
    expect(await run(['disasm', `pid:${pid}`], nobody)).toEqual(says);
    expect(await resume()).toBe('resumed after 0 signals\n');
    await vi.waitFor(async () => {
      const gone = await run(['disasm', `pid:${pid}`]);
      expect(gone).toEqual({
        status: 2,
        out: '',
        err: expect.stringContaining(`process ${pid} does not exist`),
      });
    });
    for (const word of ['pid:', 'pid:0', 'pid:-1', 'pid:1/0', 'pid:1x']) {
      expect((await run(['disasm', word])).err).toContain(`${word} does not name a process. Write pid:1234`);
    }
  });

  it.each<[why: string, errno: 'EINVAL' | 'EIO']>([
    ['without CONFIG_CHECKPOINT_RESTORE', 'EINVAL'],
    ['before Linux 4.4', 'EIO'],
  ])('names the cause on a kernel %s', async (_why, errno) => {
    const { pid, resume } = await target(1);
    const kernel: SeccompOptions = {
      base: 'allow-all',
      // PTRACE_SECCOMP_GET_FILTER, which such a kernel answers like this.
      rules: [
        {
          syscall: 'ptrace',
          when: [arg(0).eq32(0x420c)],
          action: { action: 'errno', errno },
        },
      ],
    };
    const { status, stderr } = await filters.run(kernel, [node, command, 'disasm', `pid:${pid}`], root);
    expect([status, stderr]).toEqual([
      2,
      expect.stringContaining(`does not show filters (${errno}). It needs Linux 4.4`),
    ]);
    // The twin: without that rule the kernel itself refuses, because the reader has a filter.
    const twin = await filters.run({ base: 'allow-all' }, [node, command, 'disasm', `pid:${pid}`], root);
    expect([twin.status, twin.stderr]).toEqual([2, expect.stringContaining('to no process that has a filter itself')]);
    expect(await resume()).toBe('resumed after 0 signals\n');
  });

  it('names the process that traces already', async () => {
    const { pid, resume } = await target(1, 'traced');
    const { status, err } = await run(['disasm', `pid:${pid}`]);
    expect([status, err]).toEqual([2, expect.stringMatching(/may not be traced\. Process \d+ traces it already/)]);
    expect(await resume()).toBe('resumed after 0 signals\n');
  });

  it('notes a thread that has other filters, and lists these by its number', async () => {
    const { pid } = await target(1, 'thread');
    const { status, err } = await run(['disasm', `pid:${pid}`]);
    const [, thread] = /thread (\d+) has other filters/.exec(err) ?? [];
    expect([status, thread]).toEqual([0, expect.any(String)]);
    expect((await run(['disasm', `pid:${thread}`])).out).toContain(`filter 2 of process ${thread}:`);
  });

  it('leaves a stopped process stopped, with its signals', async () => {
    const { pid, resume } = await target(1);
    process.kill(pid, 'SIGSTOP');
    process.kill(pid, 'SIGUSR1');
    expect((await run(['disasm', `pid:${pid}`])).status).toBe(0);
    process.kill(pid, 'SIGCONT');
    expect(await resume()).toBe('resumed after 1 signals\n');
  });

  it('gives up on a process that sleeps in the kernel, which resumes all the same', async () => {
    const { pid, resume } = await target(1, 'vfork');
    const { status, err } = await run(['disasm', `pid:${pid}`]);
    expect([status, err]).toEqual([2, expect.stringContaining('did not stop within 5 seconds')]);
    expect(await resume()).toBe('resumed after 0 signals\n');
  });

  it('resumes the process if it is killed while it is attached', async () => {
    const { pid, resume } = await target(1, 'vfork');
    const reader = spawn(node, [command, 'disasm', `pid:${pid}`], { stdio: 'ignore' });
    const ended = once(reader, 'exit');
    await vi.waitFor(() => expect(tracerOf(pid)).toBe(reader.pid), { timeout: 60_000 });
    reader.kill('SIGKILL');
    await ended;
    expect(tracerOf(pid)).toBe(0);
    expect(await resume()).toBe('resumed after 0 signals\n');
  });
});
