/* A cgroup of each start, on a kernel without Landlock: there nothing else ends what a program has started. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { withoutLandlock } from '@sb/containers';
import { compileC, compileFixture, missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { afterEach, describe, expect, it } from 'vitest';

import { cgroupRoot, madeIn, placeHere, TestCgroup } from '../cgroups.js';
import { nobody } from '../attack/place.js';
import { cgroupSupport } from '../../src/cgroup/support.js';
import type { SandboxOptions } from '../../src/index.js';
import { sandboxSupport } from '../../src/plan/plan.js';
import { areGone, kill, processesWith, unusualTime, untilThere } from '../processes.js';
import { type Started, startIn, states } from '../start.js';

const survivor = new URL('fixtures/survivor.ts', import.meta.url);
const above = withoutLandlock('ENOSYS');
const other: SandboxOptions = { user: 'nobody', prefer: ['landlock'] };
const free: SandboxOptions = { ...other, off: ['process.descendants'] };

const used: string[] = [];
function mark(): string {
  const word = unusualTime();
  used.push(word);
  return word;
}

afterEach(() => {
  for (const word of used.splice(0)) kill(word);
});

const scattered = (word: string) => `setsid sleep ${word} & (setsid setsid sleep ${word} &); sleep ${word} & `;
const quiet = ' > /dev/null 2>&1 ';

async function start(policy: SandboxOptions, line: string): Promise<Started> {
  return await startIn({ policy, program: '/bin/sh', args: ['-c', line], above });
}

/** A process that starts it in a sandbox beneath the filter, and stays until it is killed. */
function starter(policy: SandboxOptions, line: string): ChildProcess {
  const args = [compileFixture(survivor), JSON.stringify(policy), '/bin/sh', '-c', line];
  const env = { ...process.env, SB_TEST_ABOVE: JSON.stringify(above) };
  // Node 22 and later would run by an io_uring, which a filter cannot take from it.
  return spawn(process.execPath, args, { stdio: 'ignore', env: { ...env, UV_USE_IO_URING: '0' } });
}

/** The cgroup in which a program with this word sleeps. */
function cgroupWith(word: string): string {
  const pid = processesWith(word).find((one) => nameOf(one) === 'sleep');
  return /^0::(.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))?.[1] ?? '';
}

function withKill(): void {
  it('holds the program, belongs to it alone, leaves no descriptor, and is removed with it', async () => {
    const line = 'grep ^0:: /proc/self/cgroup; ls /proc/self/fd | tr "\\n" " "';
    const { stdout = '', report, stderr } = await start(other, line);
    expect(stderr).toBe('');
    const [, name = ''] = /^0::\S*\/(sb-run-[0-9a-f]{12})$/m.exec(stdout) ?? [];
    expect(name).not.toBe('');
    // The streams, and the directory that ls has open.
    expect(stdout.split('\n')[1]).toBe('0 1 2 3 ');
    expect(states(report)).toMatchObject({ 'process.descendants': 'enforced', 'landlock.scope.signal': 'unsupported' });
    expect(report?.features.find(({ feature }) => feature === 'descendants')?.reason).toBe('by cgroup.kill');
    expect(existsSync(join(placeHere(), name))).toBe(false);
    // Control: without the reason for one there is none.
    expect((await start(free, line)).stdout).not.toContain('sb-run-');
  });

  it.each([
    ['ends what the program leaves behind', other, true],
    ['control: does not where that is off', free, false],
  ])('%s', async (_name, policy, ends) => {
    const word = mark();
    await start(policy, `(${scattered(word)} sleep 0.2) ${quiet}`);
    if (ends) expect(await areGone(word)).toBe(true);
    else expect(processesWith(word)).toHaveLength(3);
  });

  it.each([
    ['ends all when the parent is killed', other, true],
    ['ends all when the program ends before its parent', { ...other, dieWithParent: false }, false],
    ['control: not where that is off', free, false],
  ])('%s', async (_name, policy, ends) => {
    const word = mark();
    const parent = starter(policy, `${scattered(word)} wait`);
    await untilThere(word, 3);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    expect(await areGone(word, ends ? 5000 : 300)).toBe(ends);
  });

  it('goes with the next start after its process and its guardian were killed, and no sooner', async () => {
    const [word, neighbour, outliving] = [mark(), mark(), mark()];
    const starters = [
      starter(other, `${scattered(word)} wait`),
      starter(other, `${scattered(neighbour)} wait`),
      starter({ ...other, dieWithParent: false }, `${scattered(outliving)} wait`),
    ];
    const [parent, living, gone] = starters;
    await Promise.all([word, neighbour, outliving].map(async (one) => await untilThere(one, 3)));
    const [abandoned, inUse, stays] = [word, neighbour, outliving].map((one) => join(cgroupRoot(), cgroupWith(one)));
    // What somebody outside can do: the sandbox cannot signal the guardian, which is root's.
    for (const one of [parent, gone]) {
      const pid = one?.pid ?? 0;
      for (const guardian of guardiansOf(pid)) process.kill(guardian, 'SIGKILL');
      one?.kill('SIGKILL');
      if (one !== undefined && one.exitCode === null && one.signalCode === null) await once(one, 'exit');
    }
    // Descendants of the program itself: that has the death signal.
    await wait(200);
    expect(processesWith(word).length).toBeGreaterThan(0);
    expect(existsSync(abandoned ?? '')).toBe(true);
    await start(other, 'true');
    expect(await areGone(word)).toBe(true);
    await expect.poll(async () => (await start(other, 'true'), existsSync(abandoned ?? ''))).toBe(false);
    // What a living process has made, and what may outlive its own, stays.
    expect([existsSync(inUse ?? ''), existsSync(stays ?? '')]).toEqual([true, true]);
    expect([processesWith(neighbour).length, processesWith(outliving).length]).toEqual([3, 3]);
    living?.kill('SIGKILL');
    expect(await areGone(neighbour)).toBe(true);
    kill(outliving);
    await expect.poll(async () => (await start(other, 'true'), existsSync(stays ?? ''))).toBe(false);
  });

  it('cannot be left by another user, and clone3 asks the kernel too', async () => {
    using folder = temporaryFolder(0o755);
    const leaver = folder.file('leaver');
    await compileC(leaver, { from: import.meta.url, sources: ['fixtures/leaver.c'] });
    await using elsewhere = new TestCgroup(`sb-test-${process.pid}`);
    // Control: root, without a sandbox, in a separate cgroup.
    const control = await runProgram(leaver, [elsewhere.path, elsewhere.path]);
    const ways = control.stdout
      .trim()
      .split('\n')
      .filter((line) => /^(?:make|clone|fork|move) /.test(line));
    expect(ways).toEqual(['make OK', 'clone OK', 'fork OK', 'move OK']);
    // With every call allowed, and no Landlock at all.
    const { stdout, report } = await startIn({
      policy: { ...other, landlock: 'off', seccomp: 'off', cgroup: { pids: 50 }, prefer: ['process'] },
      program: leaver,
      args: [elsewhere.path, elsewhere.path],
    });
    expect(report).toBeDefined();
    expect(stdout?.trim().split('\n')).toEqual([
      'make EACCES',
      'clone EACCES',
      expect.stringMatching(/^raise (?:EACCES|ENOENT)$/) as string,
      'enable EACCES',
      'fork OK',
      'move EACCES',
    ]);
  });

  it('is not promised where the program could leave it: the same user, without Landlock', async () => {
    const { report } = await start({ prefer: ['landlock'] }, 'true');
    expect(states(report)['process.descendants']).toBe('unsupported');
    const limits = await start({ prefer: ['landlock'], cgroup: { pids: 9 } }, 'true');
    expect(limits.error?.message).toMatch(/limit for pids of the cgroup cannot be enforced/);
  });

  it('is had by an ordinary user in a delegated cgroup, beside its own', async () => {
    const word = mark();
    await using delegated = new TestCgroup(`sb-test-user-${process.pid}`);
    const own = new TestCgroup('main', delegated.path);
    const chown = `chown -R ${nobody.uid} ${delegated.path}`;
    expect(await runProgram('/bin/sh', ['-c', chown])).toMatchObject({ status: 0 });
    const enter = ['/bin/sh', '-c', `echo $$ > ${own.path}/cgroup.procs && exec "$@"`, 'sh'];
    const as = ['setpriv', `--reuid=${nobody.uid}`, `--regid=${nobody.gid}`, '--clear-groups'];
    // With Landlock and the filter, which hold it: the default policy.
    const policy: SandboxOptions = { cgroup: { pids: 50 }, prefer: ['process.cgroup', 'landlock'] };
    const words = [process.execPath, compileFixture(survivor), JSON.stringify(policy), '/bin/sleep', word];
    const [file = '', ...args] = [...enter, ...as, ...words];
    const parent = spawn(file, args, { stdio: 'ignore' });
    // Node and the program, which both have the word.
    await expect.poll(() => processesWith(word).map(nameOf), { timeout: 10_000 }).toContain('sleep');
    const hasPids = delegated.read('cgroup.controllers').includes('pids') && sandboxSupport().landlock.abi > 0;
    expect(cgroupWith(word)).toMatch(hasPids ? /sb-test-user-\d+\/sb-run-/ : /sb-test-user-\d+\/main$/);
    parent.kill('SIGKILL');
    expect(await areGone(word)).toBe(true);
  });

  it('leaves no zombie and no cgroup after many starts at once', async () => {
    const before = new Set(madeIn(placeHere()));
    const many = await Promise.all(Array.from({ length: 8 }, async () => await start(other, 'sleep 0.1; echo x')));
    expect(many.map(({ stdout }) => stdout)).toEqual(many.map(() => 'x\n'));
    await expect.poll(() => madeIn(placeHere()).filter((name) => !before.has(name) && isEmpty(name))).toEqual([]);
  });
}

/** Before Linux 5.14, and where nothing is delegated. */
function withoutKill(): void {
  it.each<[string, SandboxOptions]>([
    ['without a limit', other],
    ['with one', { ...other, cgroup: { pids: 50 }, prefer: ['landlock', 'process.cgroup'] }],
  ])('cannot end what the program leaves behind, and the report says so: %s', async (_name, policy) => {
    const word = mark();
    const { report } = await start(policy, `(${scattered(word)} sleep 0.2) ${quiet}`);
    expect(processesWith(word)).toHaveLength(3);
    expect(states(report)['process.descendants']).toBe('unsupported');
    kill(word);
    expect(await areGone(word)).toBe(true);
    // The next start removes its cgroup.
    if (support.state !== 'available') return;
    await expect.poll(async () => (await start(policy, 'true'), madeIn(support.place))).toEqual([]);
  });

  it('is not made for descendants, and the report says that they may last', async () => {
    const { report, stdout } = await start(other, 'grep ^0:: /proc/self/cgroup; true');
    expect(stdout).not.toContain('sb-run-');
    expect(report?.features.find(({ feature }) => feature === 'descendants')).toMatchObject({
      state: 'unsupported',
      reason: expect.stringMatching(/Landlock/) as string,
    });
  });
}

const support = cgroupSupport();
const canKill = support.state === 'available' && support.kill;

describe.skipIf(missing('root', 'linux'))('a cgroup of a start', () => {
  if (canKill) withKill();
  else withoutKill();
});

const isEmpty = (name: string): boolean => {
  try {
    return readFileSync(join(placeHere(), name, 'cgroup.events'), 'utf8').includes('populated 0');
  } catch {
    return false;
  }
};

/** The guardians that a process waits for. */
function guardiansOf(parent: number): readonly number[] {
  return [parent, ...childrenOf(parent)]
    .flatMap((one) => childrenOf(one))
    .filter((one) => nameOf(one) === 'sb-guardian');
}

function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}
