/* All that was started ends with the program, and with whoever started it: in sessions of its own and out of sight, too. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

import type { SandboxOptions } from '@sb/sandbox';
import { compileC, compileFixture, missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { afterEach, describe, expect, it } from 'vitest';

import { nobody } from '../attack/place.js';
import { attackers, startAs } from '../attack/suite.js';
import { createSandbox, type SandboxedProcess } from '../../src/index.js';
import { sbExec } from '../compiled.js';
import { areGone, childrenNamed, guardiansBy, kill, processesWith, unusualTime, untilThere } from '../processes.js';
import { sbRun, sbRunPath } from '../sb-run.js';
import { states } from '../start.js';

const survivor = new URL('fixtures/survivor.ts', import.meta.url);
const free: SandboxOptions = { off: ['process.descendants'] };

const used: string[] = [];
/** Something to recognise processes by. */
function mark(): string {
  const word = unusualTime();
  used.push(word);
  return word;
}

afterEach(() => {
  for (const word of used.splice(0)) kill(word);
});

/** A session of its own, and one whose parent is gone as well: three that no group holds together. */
const scattered = (word: string) => `setsid sleep ${word} & (setsid setsid sleep ${word} &); sleep ${word} & `;
const sh = (line: string) => ['/bin/sh', '-c', line] as const;

/** Kills whoever started it once three are there. */
async function killed(starter: ChildProcess, word: string): Promise<void> {
  await untilThere(word, 3);
  starter.kill('SIGKILL');
  await once(starter, 'exit');
}

async function started(policy: SandboxOptions, word: string): Promise<SandboxedProcess> {
  const [program, ...args] = sh(`${scattered(word)} wait`);
  const child = createSandbox(policy).spawn(program, args, { stdio: 'ignore' });
  child.on('error', () => undefined);
  await child.enforcement;
  await untilThere(word, 3);
  return child;
}

const needed = ['linux', 'landlock6'] as const;
const isOrdinary = missing('root');

describe.skipIf(missing(...needed))('what a program leaves behind', () => {
  const leave = (word: string) => ({ program: '/bin/sh', args: ['-c', `${scattered(word)} sleep 0.1`] });

  it('control: goes on where nobody ends it', async () => {
    const word = mark();
    await collectless(free, leave(word));
    await wait(300);
    expect(processesWith(word)).toHaveLength(3);
  });

  it.skipIf(isOrdinary).each(attackers)('ends with it, for %s', async (who) => {
    const word = mark();
    const stdio = ' > /dev/null 2>&1';
    const { report } = await startAs(who, {
      policy: {},
      program: '/bin/sh',
      args: ['-c', leave(word).args[1] + stdio],
    });
    expect(states(report)).toMatchObject({ 'process.descendants': 'enforced' });
    expect(await areGone(word)).toBe(true);
  });

  it.each<readonly [string, SandboxOptions, boolean]>([
    ['the parent', {}, false],
    ['the parent, though the program would outlive it', { dieWithParent: false }, true],
    ...(isOrdinary ? [] : ([['the parent, where another user has it', { user: 'nobody' }, false]] as const)),
    ['the parent, in its session', { newSession: false }, false],
    ['control: the parent', free, true],
  ])('when %s is killed', async (_name, policy, outlives) => {
    const word = mark();
    const args = [compileFixture(survivor), JSON.stringify(policy), ...sh(`${scattered(word)} wait`)];
    await killed(spawn(process.execPath, args, { stdio: 'ignore' }), word);
    expect(await areGone(word, outlives ? 300 : 3000)).toBe(!outlives);
  });

  it.skipIf(isOrdinary)('is not promised by root that lacks CAP_KILL and switches the user', async () => {
    const without = async (...options: readonly string[]) =>
      await runProgram('setpriv', [
        '--bounding-set=-kill',
        process.execPath,
        sbRunPath(),
        '--user',
        'nobody',
        ...options,
      ]);
    const { stderr } = await without('--report', '--', 'true');
    const report = JSON.parse(stderr) as {
      readonly features: readonly { feature: string; state: string; reason?: string }[];
    };
    const line = report.features.find(({ feature }) => feature === 'descendants');
    expect(line).toMatchObject({ state: 'unsupported', reason: expect.stringContaining('CAP_KILL') as string });
    // Nor where the program itself may take another user.
    const asRoot = [
      '--bounding-set=-kill',
      process.execPath,
      sbRunPath(),
      '--caps',
      'off',
      '--require',
      'process.descendants',
    ];
    expect(await runProgram('setpriv', [...asRoot, '--', 'true'])).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('CAP_KILL') as string,
    });
    expect(await without('--require', 'process.descendants', '--', 'true')).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('CAP_KILL') as string,
    });
    // The launcher asks by itself, for a sandbox that was compiled elsewhere.
    using folder = temporaryFolder();
    const file = folder.file('tool.sb');
    expect((await sbRun(['--user', 'nobody', '--compile', file])).status).toBe(0);
    const told = async (...prefix: readonly string[]) => {
      const script = `exec "$@" --report-fd 3 ${file} -- true 3>&1`;
      const { stdout } = await runProgram('/bin/sh', ['-c', script, 'sh', ...prefix, sbExec()]);
      return stdout;
    };
    expect(await told('setpriv', '--bounding-set=-kill')).toMatch(/^unguarded\t1$/m);
    expect(await told('env')).toMatch(/^guardian\t\d+$/m);
    // Also where the program may take another user by itself.
    expect((await sbRun(['--caps', 'off', '--compile', file])).status).toBe(0);
    expect(await told('setpriv', '--bounding-set=-kill')).toMatch(/^unguarded\t1$/m);
    expect(await told('env')).toMatch(/^guardian\t\d+$/m);
  });

  it.each([
    [[], true],
    [['--off', 'process.descendants'], false],
  ])('when sb-run %j is killed', async (options, ends) => {
    const word = mark();
    const words = [sbRunPath(), ...options, '--', ...sh(`${scattered(word)} wait`)];
    await killed(spawn(process.execPath, words, { stdio: 'ignore' }), word);
    expect(await areGone(word, ends ? 3000 : 300)).toBe(ends);
  });

  it('when the starter of a compiled sandbox is killed', async () => {
    using folder = temporaryFolder();
    const compiled = folder.file('it.sb');
    expect(await sbRun(['--compile', compiled])).toMatchObject({ status: 0 });
    const word = mark();
    const line = `${sbExec()} ${compiled} -- sh -c '${scattered(word)} wait'; :`;
    await killed(spawn('/bin/sh', ['-c', line], { stdio: 'ignore' }), word);
    expect(await areGone(word)).toBe(true);
  });

  it('though the program gives up the signal of its parent’s death', async () => {
    const word = mark();
    const line = `import ctypes,subprocess; ctypes.CDLL(None).prctl(1,0,0,0,0); subprocess.run(["sleep","${word}"])`;
    const starter = spawn(process.execPath, [compileFixture(survivor), '{}', '/usr/bin/python3', '-c', line]);
    await untilThere(word, 1);
    starter.kill('SIGKILL');
    expect(await areGone(word)).toBe(true);
  });
});

async function collectless(policy: SandboxOptions, { program, args }: { program: string; args: readonly string[] }) {
  const child = createSandbox(policy).spawn(program, args, { stdio: 'ignore' });
  await once(child, 'close');
}

/** A user that no other test has: limits count the processes of all. */
const alone = { user: 200_000 + process.pid, group: 200_000 };

describe.skipIf(missing(...needed, 'root'))('a descendant that is killed', () => {
  it.each([
    ['control: lives on', free, false],
    ['does not escape', {}, true],
  ])('%s by forking meanwhile', async (_name, policy, ends) => {
    using folder = temporaryFolder(0o755);
    const file = folder.file('hopper');
    await compileC(file, { from: import.meta.url, sources: ['fixtures/hopper.c'] });
    const child = createSandbox({ user: alone, rlimits: { nproc: 200 }, ...policy }).spawn(file, ['6'], {
      stdio: 'ignore',
    });
    await once(child, 'close');
    if (ends) expect(await areGone(file, 5000)).toBe(true);
    // One that hops is not seen by each look.
    let seen = 0;
    for (let look = 0; look < 20; look++) {
      seen += processesWith(file).length;
      await wait(10);
    }
    expect(seen === 0).toBe(ends);
  });

  it('ends with all of a fork bomb', async () => {
    const word = mark();
    const bomb = `b() { setsid sleep ${word} & b & b; }; b`;
    const child = createSandbox({ user: alone, rlimits: { nproc: 400 } }).spawn('/bin/bash', ['-c', bomb], {
      stdio: 'ignore',
    });
    child.on('error', () => undefined);
    await untilThere(word, 30);
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(await areGone(word)).toBe(true);
  });
});

describe.skipIf(missing(...needed))('the guardian', () => {
  it.skipIf(isOrdinary)('ends nobody else: not of the same user, and not in another sandbox', async () => {
    const [outside, other, word] = [mark(), mark(), mark()];
    const bystander = spawn('/bin/sleep', [outside], { ...nobody, stdio: 'ignore' });
    const neighbour = await started({ user: 'nobody' }, other);
    const child = await started({ user: 'nobody' }, word);
    child.kill('SIGKILL');
    expect(await areGone(word)).toBe(true);
    expect([processesWith(outside), processesWith(other).length]).toEqual([[bystander.pid], 3]);
    neighbour.kill('SIGKILL');
    expect(await areGone(other)).toBe(true);
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
    bystander.kill('SIGKILL');
  });

  it('ends what a sandbox within started, and nothing of the one around it', async () => {
    const [outer, inner] = [mark(), mark()];
    const within = [process.execPath, sbRunPath(), '--', 'sh', '-c', `'${scattered(inner)} sleep 1'`].join(' ');
    const child = createSandbox().spawn('/bin/sh', ['-c', `${scattered(outer)} ${within}; sleep 60`], {
      stdio: 'ignore',
    });
    await untilThere(inner, 3);
    expect(await areGone(inner)).toBe(true);
    expect(processesWith(outer)).toHaveLength(3);
    child.kill('SIGKILL');
    expect(await areGone(outer)).toBe(true);
  });

  it.skipIf(isOrdinary).each(attackers)('can’t be signalled from inside, or looked into, for %s', async (who) => {
    const word = mark();
    const find = 'g=$(grep -l sb-guardian /proc/[0-9]*/comm | cut -d/ -f3); [ -n "$g" ] || echo none; ';
    const slow = 'prlimit -p $p --nofile=0:0 --cpu=1:1 --as=0:0 --fsize=0:0; chrt -i -p 0 $p; taskset -p 1 $p; ';
    const look = 'cat /proc/$p/environ /proc/$p/maps; ls /proc/$p/fd/*; ';
    const attack = `for p in $g; do ${slow} kill -9 $p; kill -9 -$p; ${look} done > /dev/null 2>&1; `;
    const line = `${find}${attack}kill -9 -1; ${scattered(word)} sleep 0.1`;
    const { stdout } = await startAs(who, { policy: {}, program: '/bin/sh', args: ['-c', `(${line}) 2> /dev/null`] });
    expect(stdout).toBe('');
    expect(await areGone(word)).toBe(true);
  });

  it('is missed by nobody but those that it was for, when somebody outside kills it', async () => {
    const word = mark();
    const child = await started({}, word);
    const { pid = 0 } = child;
    const [guardian = 0, ...more] = guardiansBy(pid);
    expect(
      more.filter((one) => !readFileSync(`/proc/${one}/status`, 'utf8').includes(`PPid:\t${process.pid}`)),
    ).toEqual([]);
    for (const one of [guardian, ...more]) process.kill(one, 'SIGKILL');
    await wait(100);
    expect(child.exitCode ?? child.signalCode).toBeNull();
    expect(processesWith(word)).toHaveLength(3);
    child.kill('SIGKILL');
    await once(child, 'close');
  });

  it('holds no stream and no descriptor of the program', async () => {
    const child = createSandbox().spawn('/bin/sh', ['-c', 'exec >&- 2>&-; sleep 20']);
    await child.enforcement;
    const begun = performance.now();
    child.stdout.resume();
    await once(child.stdout, 'end');
    // Far from the end of the program, so that a slow machine has no say in it.
    expect(performance.now() - begun).toBeLessThan(10_000);
    child.kill('SIGKILL');
  });

  it('is nobody that a program waits for, and leaves no zombie to this process', async () => {
    const ask = 'import os\ntry: print(os.wait())\nexcept ChildProcessError: print("none")';
    expect(await createSandbox().run('/usr/bin/python3', ['-c', ask])).toMatchObject({ stdout: 'none\n' });
    using folder = temporaryFolder();
    expect(await sbRun(['--compile', folder.file('it.sb')])).toMatchObject({ status: 0 });
    const args = [folder.file('it.sb'), '--', '/usr/bin/python3', '-c', ask];
    expect(await runProgram(sbExec(), args)).toMatchObject({ stdout: 'none\n' });
    await Promise.all(Array.from({ length: 10 }, async () => await createSandbox().run('/bin/true')));
    await expect.poll(() => childrenNamed('sb-guardian')).toEqual([]);
  });

  it.skipIf(isOrdinary)('takes no signal of its group or its terminal, and has no right left but one', async () => {
    const child = await started({ user: 'nobody' }, mark());
    await expect.poll(() => guardiansBy(child.pid ?? 0).length).toBeGreaterThan(0);
    const said = guardiansBy(child.pid ?? 0).map((pid) => readFileSync(`/proc/${pid}/status`, 'utf8'));
    for (const status of said) {
      expect(status).toMatch(/^CapEff:\t0000000000000020$/m);
      expect(status).toMatch(/^SigBlk:\tfffffffe7ffbfeff$|^SigBlk:\tfffffffffffbfeff$/m);
      expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    }
    child.kill('SIGKILL');
  });
});

describe.skipIf(missing(...needed))('the report', () => {
  const line = async (policy: SandboxOptions) => {
    const { features } = (await createSandbox(policy).run('/bin/true')).enforcement;
    return features.find(({ feature }) => feature === 'descendants');
  };

  it('names the missing default, and says why it is missing', async () => {
    expect(await line(free)).toEqual({ layer: 'process', feature: 'descendants', state: 'off' });
    const reason = expect.stringMatching(/signals may leave/) as string;
    expect(await line({ landlock: { scope: [] } })).toMatchObject({ state: 'off', reason });
    expect(await line({ landlock: 'off' })).toMatchObject({ state: 'off', reason });
    const required = createSandbox({ landlock: { scope: [] }, require: ['process.descendants'] });
    expect(() => required.plan()).toThrow(/cannot be ended with it: signals may leave/);
  });

  it.skipIf(isOrdinary)('says that no guardian could be started, and nothing runs where it is required', async () => {
    // Its user has as many processes as it may have: an ordinary one, which no right lets have more.
    const options = { program: '/bin/true', policy: { rlimits: { nproc: 1 } } };
    const preferred = await startAs('ordinary', options);
    expect(preferred.report?.features).toContainEqual({
      layer: 'process',
      feature: 'descendants',
      state: 'unsupported',
      reason: 'the launcher could not start the guardian: EAGAIN',
    });
    const policy = { ...options.policy, require: ['process.descendants'] };
    const required = await startAs('ordinary', { ...options, policy });
    expect(required.error).toMatchObject({ step: 'descendants', message: expect.stringMatching(/EAGAIN/) as string });
  });

  it.skipIf(missing('root', 'unshare'))(
    'is not needed by the first process of a namespace, whose end is that of all',
    async () => {
      using folder = temporaryFolder();
      const compiled = folder.file('it.sb');
      expect(await sbRun(['--require', 'process.descendants', '--compile', compiled])).toMatchObject({ status: 0 });
      const args = ['--pid', '--fork', sbExec(), compiled, '--', 'sh', '-c', 'echo $$'];
      expect(await runProgram('/usr/bin/unshare', args)).toMatchObject({ status: 0, stdout: '1\n' });
    },
  );
});
