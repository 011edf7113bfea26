/* A child in a sandbox behaves as one of child_process: streams, messages, exit status, signals, events, errors. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

import { rx } from '@sb/landlock';
import { bestStatus, fixtureJson, missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { createSandbox } from '../../src/index.js';
import { collect } from '../start.js';

const sandbox = createSandbox();
const sh = (script: string) => ['/bin/sh', ['-c', script]] as const;

/** Every event of a child with its values, in order. */
async function events(child: ChildProcess): Promise<readonly unknown[]> {
  const seen: unknown[] = [];
  for (const name of ['spawn', 'error', 'exit', 'close'] as const) {
    child.on(name, (...values: unknown[]) => seen.push([name, ...values.map((value) => codeOf(value))]));
  }
  await new Promise((resolve) => {
    child.once('close', resolve);
  });
  return [...seen, [child.exitCode, child.signalCode]];
}

const codeOf = (value: unknown): unknown => (value instanceof Error ? (value as NodeJS.ErrnoException).code : value);

describe.skipIf(missing('linux'))('the end of a child', () => {
  it.each([0, 1, 42, 125, 126, 127, 255])('is told as by child_process: exit status %i', async (status) => {
    const [program, args] = sh(`exit ${status}`);
    const told = await events(sandbox.spawn(program, args));
    expect(told).toEqual(await events(spawn(program, args)));
    expect(told).toContainEqual(['exit', status, null]);
  });

  it.each(['TERM', 'KILL', 'SEGV', 'INT', 'HUP'])('is told as by child_process: SIG%s', async (signal) => {
    const [program, args] = sh(`kill -${signal} $$`);
    const told = await events(sandbox.spawn(program, args));
    expect(told).toEqual(await events(spawn(program, args)));
    expect(told).toContainEqual(['close', null, `SIG${signal}`]);
  });

  it('can be brought about by kill()', async () => {
    const child = sandbox.spawn('/bin/sleep', ['60']);
    const told = events(child);
    await child.enforcement;
    expect(child.kill('SIGUSR1')).toBe(true);
    expect((await told).at(-1)).toEqual([null, 'SIGUSR1']);
    expect(child.killed).toBe(true);
  });
});

describe.skipIf(missing('linux'))('streams', () => {
  it('are pipes where nothing is said', async () => {
    const child = sandbox.spawn(...sh('cat; echo err >&2'));
    const done = collect(child);
    child.stdin?.end('in');
    expect(await done).toMatchObject({ stdout: 'in', stderr: 'err\n', status: 0 });
  });

  it('may be ignored, and are empty then', async () => {
    const child = sandbox.spawn(...sh('cat; x=$(readlink /proc/$$/fd/1); echo $x >&2'), {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    expect(child.stdin).toBeNull();
    expect(child.stdout).toBeNull();
    expect(await collect(child)).toMatchObject({ stderr: '/dev/null\n' });
  });

  it('may be numbers of this process, beyond the standard ones too', async () => {
    using folder = temporaryFolder();
    const [input, output] = [openSync('/etc/hostname', 'r'), openSync(folder.file('out'), 'w')];
    const stdio = [input, output, 'pipe', 'ignore', 'pipe', output] as const;
    const child = sandbox.spawn(...sh('cat; echo four >&4; echo five >&5; ls /proc/self/fd >&2'), {
      stdio: [...stdio],
    });
    const four = child.stdio[4];
    if (four === null || four === undefined || !('read' in four)) throw new Error('no pipe');
    const [fourth, ended] = await Promise.all([text(four), collect(child)]);
    closeSync(input);
    closeSync(output);
    expect(fourth).toBe('four\n');
    expect(readFileSync(folder.file('out'), 'utf8')).toBe(`${readFileSync('/etc/hostname', 'utf8')}five\n`);
    // ls opens the folder as 3, which is free.
    expect(ended.stderr).toBe('0\n1\n2\n3\n4\n5\n');
  });

  it('may be inherited', async () => {
    const parent = await runProgram('/bin/sh', ['-c', 'echo from-outside; echo error >&2']);
    const script = `
      import { createSandbox } from ${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)};
      createSandbox().spawn('/bin/sh', ['-c', 'echo from-outside; echo error >&2'], { stdio: 'inherit' });`;
    const ours = await runProgram(process.execPath, ['--input-type=module', '-e', script]);
    expect(ours).toEqual(parent);
  });

  it('carry messages both ways to a Node child', async () => {
    const script = 'process.on("message", (m) => { process.send({ got: m }); process.disconnect(); })';
    for (const serialization of ['json', 'advanced'] as const) {
      const child = sandbox.spawn(process.execPath, ['-e', script], {
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        serialization,
      });
      const answer = once(child, 'message');
      const sent = serialization === 'json' ? { n: 1 } : { map: new Map([[1, 2n]]) };
      child.send(sent);
      expect(await answer).toEqual([{ got: sent }, undefined]);
      await once(child, 'close');
      expect(child.exitCode).toBe(0);
    }
  });

  it('are named by what was asked for', async () => {
    const child = sandbox.spawn('/bin/sh', ['-c', 'echo "$0"; tr "\\0" " " < /proc/$$/cmdline', 'zero'], {
      argv0: 'other',
    });
    expect(child.spawnargs).toEqual(['other', '-c', expect.any(String), 'zero']);
    expect(child.spawnfile).toMatch(/\/sh$/);
    expect((await collect(child)).stdout).toMatch(/^zero\nother -c /);
  });
});

describe.skipIf(missing('linux'))('what goes wrong', () => {
  it('is thrown where it is known before anything runs', () => {
    expect(() => sandbox.spawn('no-such-program')).toThrow(expect.objectContaining({ code: 'not-found' }));
    expect(() => sandbox.spawn('/etc/passwd')).toThrow(expect.objectContaining({ code: 'not-executable' }));
    expect(() => sandbox.spawn('/bin/true', ['\0'])).toThrow(
      expect.objectContaining({ code: 'invalid-policy', step: 'records' }),
    );
  });

  it('is an error event, a rejection and no exit status where it is known later', async () => {
    const child = createSandbox({ landlock: { preset: 'none', paths: [{ ro: '/etc' }] } }).spawn('/bin/true');
    const told = await events(child);
    expect(told[0]).toEqual(['error', 'not-executable']);
    expect(told.map((event) => (event as unknown[])[0])).not.toContain('exit');
    expect(told.map((event) => (event as unknown[])[0])).not.toContain('spawn');
    expect(child.exitCode).not.toBe(125);
    await expect(child.enforcement).rejects.toMatchObject({ code: 'not-executable', step: 'exec' });
    expect(await collect(sandbox.spawn('/bin/true'))).toMatchObject({ status: 0, report: { status: bestStatus } });
  });

  it('is not an unhandled rejection with only a listener to the event, and is thrown without one', async () => {
    const fixture = new URL('fixtures/failing.ts', import.meta.url);
    expect(await fixtureJson(fixture, ['listen'])).toEqual({ error: 'not-executable' });
    expect(await fixtureJson(fixture, ['await'])).toEqual({ enforcement: 'not-executable', error: 'not-executable' });
    expect(await fixtureJson(fixture, ['nothing'])).toEqual({ uncaught: 'not-executable' });
  });
});

describe.skipIf(missing('linux', 'root'))('many', () => {
  it('two sandboxes at once don’t mix', async () => {
    const one = createSandbox({ user: 'nobody', env: { WHO: 'one' }, landlock: 'minimal' });
    const two = createSandbox({ env: { WHO: 'two' }, rlimits: { nofile: 99 } });
    const script = 'echo $WHO; ulimit -n; read line < /etc/passwd && echo read';
    const [a, b] = await Promise.all([collect(one.spawn(...sh(script))), collect(two.spawn(...sh(script)))]);
    expect(a.stdout).toMatch(/^one\n(?!99)\d+\n$/);
    expect(b.stdout).toBe('two\n99\nread\n');
    expect([a.report?.verified.uid[0], b.report?.verified.uid[0]]).toEqual([65_534, 0]);
  });

  it('two hundred one after another leave nothing behind', { timeout: 60_000 }, async () => {
    const open = () => readdirSync('/proc/self/fd').length;
    const children = () => readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ');
    const [before, family] = [open(), children()];
    for (let turn = 0; turn < 200; turn++) {
      const child = sandbox.spawn('/bin/true', [], { stdio: 'ignore' });
      const [code] = (await once(child, 'close')) as [number];
      if (code !== 0) throw new Error(`turn ${turn} ended with ${code}`);
    }
    expect(open()).toBeLessThanOrEqual(before);
    // The guardian of the last is still about to end.
    await expect.poll(() => children().filter((pid) => pid !== '' && !family.includes(pid))).toEqual([]);
  });

  it('can be started from a worker thread', async () => {
    const outcome = await fixtureJson(new URL('fixtures/worker.ts', import.meta.url));
    expect(outcome).toEqual({ status: 'full', stdout: '65534\n', code: 0 });
  });

  it('takes nothing down with a worker thread that ends meanwhile', { timeout: 60_000 }, async () => {
    const fixture = new URL('fixtures/ended-threads.ts', import.meta.url);
    expect(await fixtureJson(fixture, [], { timeout: 50_000 })).toEqual({ ended: 10 });
  });

  it('reports more than a pipe can hold', async () => {
    const paths = Array.from({ length: 6000 }, (_, number) => `/missing/${number}`);
    const [first = '', ...others] = paths;
    const grants = [
      rx('/usr', '/bin', '/lib', '/lib64', { optional: true }),
      rx(first, ...others.slice(0, 3000), { optional: true }),
      rx(first, ...others.slice(3000), { optional: true }),
    ];
    const child = createSandbox({ landlock: { paths: grants } }).spawn('/bin/true', [], { stdio: 'ignore' });
    const missed = (await child.enforcement).missingPaths.filter((path) => path.startsWith('/missing/'));
    expect(new Set(missed)).toEqual(new Set(paths));
  });
});
