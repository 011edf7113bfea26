/* A temporary folder of one's own: who can get into it, who it is granted to, and when it goes. */
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

import { compileFixture, missing, runProgram, sandboxUser, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createSandbox, type SandboxOptions } from '../../src/index.js';
import { states } from '../start.js';

let base: TemporaryFolder;
const before = process.env['TMPDIR'];
beforeEach(() => {
  base = temporaryFolder(0o1777);
  process.env['TMPDIR'] = base.path;
});
afterEach(() => {
  if (before === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = before;
  base[Symbol.dispose]();
});

const left = (): readonly string[] => readdirSync(base.path).filter((name) => name.startsWith('sb-tmp-'));

async function sh(options: SandboxOptions, script: string) {
  const { stdout, stderr, enforcement } = await createSandbox(options).run('/bin/sh', ['-c', script]);
  return { lines: stdout.trim().split('\n'), stderr, enforcement };
}

const until = async (is: () => boolean): Promise<void> => {
  for (let tries = 0; tries < 100 && !is(); tries++) await new Promise((resolve) => setTimeout(resolve, 50));
};

describe.skipIf(missing('linux', 'landlock7'))('a private temporary directory', () => {
  it('can be written in, and nothing else can: its neighbour with the same mode is the control', async () => {
    const script =
      'echo x > $TMPDIR/file && cat $TMPDIR/file; (echo y > "$1/file") 2>&1 | grep -o denied; echo $TMPDIR';
    mkdirSync(base.file('other'), { mode: 0o777 });
    const run = async (options: SandboxOptions) =>
      await createSandbox(options).run('/bin/sh', ['-c', script, 'sh', base.file('other')]);
    const within = await run({ tmp: 'private' });
    expect(within.stdout).toMatch(/^x\ndenied\n\/.*\/sb-tmp-\w{6}\/tmp-\w{6}\n$/i);
    expect(states(within.enforcement)).toMatchObject({ 'process.tmp': 'enforced' });
    expect(existsSync(base.file('other/file'))).toBe(false);
    expect((await run({ tmp: 'private', landlock: 'off' })).stdout).toMatch(/^x\n\//);
    expect(existsSync(base.file('other/file'))).toBe(true);
    await until(() => left().length === 0);
    expect(left()).toEqual([]);
  });

  it('is for changing modes, moving and linking as well', async () => {
    const script =
      'cd $TMPDIR && mkdir a b && echo x > a/f && chmod 600 a/f && mv a/f b/f && ln b/f a/g && stat -c %a a/g';
    expect((await sh({ tmp: 'private' }, script)).lines).toEqual(['600']);
  });

  it('may have a home directory beside it, and may be in memory', async () => {
    const { lines } = await sh(
      { tmp: 'memory', home: 'tmp' },
      'echo x > ~/file && echo $HOME $TMPDIR; stat -f -c %T $TMPDIR',
    );
    expect(lines).toEqual([
      expect.stringMatching(/^\/dev\/shm\/(sb-tmp-\w{6})\/home-\w{6} \/dev\/shm\/\1\/tmp-\w{6}$/),
      'tmpfs',
    ]);
    // Of shared memory nothing else is granted.
    const other = await sh({ tmp: 'memory' }, '(echo x > /dev/shm/sb-test-denied) 2>&1; ls /dev/shm 2>&1');
    expect(other.lines.join()).toMatch(/denied.*denied/i);
    expect(existsSync('/dev/shm/sb-test-denied')).toBe(false);
  });

  it('is another one for each start, and is said in plain words', async () => {
    const sandbox = createSandbox({ tmp: 'private', home: 'tmp' });
    const paths = await Promise.all(
      [1, 2].map(async () => (await sandbox.run('/bin/sh', ['-c', 'echo $TMPDIR'])).stdout),
    );
    expect(new Set(paths).size).toBe(2);
    expect(sandbox.explain()).toMatch(/^private tmp {3}each start has a private directory .*TMPDIR, and HOME/m);
  });

  it('goes where the program never ran', async () => {
    const sandbox = createSandbox({ tmp: 'private', landlock: { preset: 'none', paths: [{ ro: '/etc' }] } });
    await expect(sandbox.run('/bin/true')).rejects.toMatchObject({ code: 'not-executable' });
    await until(() => left().length === 0);
    expect(left()).toEqual([]);
  });

  it('stays for a descendant that outlives the program, and goes with it', async () => {
    const { lines } = await sh(
      { tmp: 'private', off: ['process.descendants'] },
      '(setsid sleep 1 >/dev/null 2>&1 &); echo $TMPDIR',
    );
    const [path = ''] = lines;
    expect(existsSync(path)).toBe(true);
    await until(() => !existsSync(path));
    expect(left()).toEqual([]);
  });

  it('stays for a program that closes what it was given', async () => {
    const script = 'exec 20<&-; echo $TMPDIR; sleep 1; test -d $TMPDIR && echo there';
    // dash(1) knows no descriptor above nine.
    const first = createSandbox({ tmp: 'private' }).run('/bin/bash', ['-c', script]);
    await until(() => left().length === 1);
    await sh({ tmp: 'private' }, 'true');
    expect((await first).stdout.trim().split('\n')[1]).toBe('there');
  });

  it('has one descriptor more, which can change nothing', async () => {
    const script =
      'ls -l /proc/$$/fd | grep -c lock; (echo x >> /proc/self/fd/20) 2>&1 | grep -o denied; exec 3>/dev/null; ls /proc/$$/fd';
    const { lines } = await sh({ tmp: 'private' }, script);
    expect(lines.slice(0, 2)).toEqual(['1', 'denied']);
    expect(lines).toContain('20');
  });

  it('is refused for a command, a file for sb-exec and this process', () => {
    expect(() => createSandbox({ tmp: 'private' }).command('/bin/true')).toThrow(/tmp is made for one start/);
    expect(() => createSandbox({ tmp: 'private' }).compile()).toThrow(/tmp cannot be compiled/);
  });
});

/** Starts until it is so: after a removal that took long the next one waits, since it gets a share of time alone. */
async function startsUntil(isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 60 && !isSo(); tries++) {
    await sh({ tmp: 'private' }, 'true');
    if (!isSo()) await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

describe.skipIf(missing('linux', 'landlock7'))('a private directory whose parent was killed', () => {
  const options = JSON.stringify({ dieWithParent: false });

  it('goes with the next start, and stays while a process is in it', async () => {
    const program = compileFixture(new URL('fixtures/killed-parent.ts', import.meta.url));
    const kill = async (script: string) => await runProgram(process.execPath, [program, options, script]);
    const live = await kill('echo $TMPDIR $$; exec sleep 20 >/dev/null 2>&1');
    const dead = await kill('echo x > $TMPDIR/file; echo $TMPDIR $$; exec sleep 0.1');
    expect([dead, live].map(({ signal }) => signal)).toEqual(['SIGKILL', 'SIGKILL']);
    const [gone = ''] = dead.stdout.split(' ');
    const [kept = '', pid] = live.stdout.trim().split(' ');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(left()).toHaveLength(2);
    await startsUntil(() => !existsSync(gone));
    expect([existsSync(gone), existsSync(kept)]).toEqual([false, true]);
    process.kill(Number(pid), 'SIGKILL');
    await until(() => !existsSync(`/proc/${pid}/fd`));
    await startsUntil(() => !existsSync(kept));
    expect(existsSync(kept)).toBe(false);
  }, 40_000);

  it('is not mistaken for what others call the same, nor for one that is being made', async () => {
    mkdirSync(base.file('sb-tmp-making'), { mode: 0o711 });
    mkdirSync(base.file('sb-tmp-locked'), { mode: 0o711 });
    writeFileSync(base.file('sb-tmp-locked/lock'), '');
    mkdirSync(base.file('sb-tmp-shared'));
    writeFileSync(base.file('sb-tmp-shared/lock'), 'x');
    chmodSync(base.file('sb-tmp-shared'), 0o777);
    mkdirSync(base.file('elsewhere'));
    writeFileSync(base.file('elsewhere/lock'), 'x');
    symlinkSync('elsewhere', base.file('sb-tmp-link'));
    writeFileSync(base.file('sb-tmp-file'), '');
    mkdirSync(base.file('sb-tmp-done'), { mode: 0o711 });
    writeFileSync(base.file('sb-tmp-done/lock'), 'x');
    await startsUntil(() => left().length === 5);
    expect(left().toSorted()).toEqual([
      'sb-tmp-file',
      'sb-tmp-link',
      'sb-tmp-locked',
      'sb-tmp-making',
      'sb-tmp-shared',
    ]);
    expect(existsSync(base.file('elsewhere/lock'))).toBe(true);
  }, 40_000);
});

describe.skipIf(missing('linux', 'root', 'landlock7'))('a private directory of another user', () => {
  it('is that user’s, below one of root’s, and no third user gets in', async () => {
    const child = createSandbox({ user: 'nobody', tmp: 'private' }).spawn('/bin/sh', [
      '-c',
      'umask 0; echo x > $TMPDIR/f; echo $TMPDIR; read x',
    ]);
    const path = await new Promise<string>((resolve) =>
      child.stdout.once('data', (said: Buffer) => resolve(String(said).trim())),
    );
    const outer = statSync(dirname(path));
    expect([outer.uid, outer.mode & 0o777]).toEqual([0, 0o711]);
    const inner = statSync(path);
    expect([inner.uid, inner.gid, inner.mode & 0o777]).toEqual([sandboxUser.uid, sandboxUser.gid, 0o700]);
    const cat = async (as: { uid: number; gid: number }) => await runProgram('/bin/cat', [`${path}/f`], as);
    expect((await cat({ uid: 61_717, gid: 61_717 })).stderr).toMatch(/Permission denied/);
    expect((await cat(sandboxUser)).stdout).toBe('x\n');
    child.stdin.end();
    await child.enforcement;
    await until(() => !existsSync(path));
    expect(left()).toEqual([]);
  });

  it('is there for a program that is executed from a copy, and beside descriptors that are kept', async () => {
    const descriptor = openSync('/etc/passwd', 'r');
    const options = { user: 'nobody', tmp: 'private', keepDescriptors: [descriptor] } as const;
    const { stdout, stderr } = await createSandbox(options).run('/usr/bin/env', {
      undumpable: true,
    });
    closeSync(descriptor);
    expect([stderr, stdout]).toEqual(['', expect.stringContaining(`TMPDIR=${base.path}/sb-tmp-`)]);
    await until(() => left().length === 0);
    expect(left()).toEqual([]);
  });

  it('lets no other process of that user in where the group is private', async () => {
    const options = { user: 'nobody', privateGroup: 'require', tmp: 'private' } as const;
    const child = createSandbox(options).spawn('/bin/sh', [
      '-c',
      'echo x > $TMPDIR/f; cat $TMPDIR/f; echo $TMPDIR; read x',
    ]);
    let said = '';
    child.stdout.on('data', (part: Buffer) => {
      said += String(part);
    });
    await until(() => said.split('\n').length === 3);
    const [first, path = ''] = said.split('\n');
    expect(first).toBe('x');
    expect((await runProgram('/bin/cat', [`${path}/f`], sandboxUser)).stderr).toMatch(/Permission denied/);
    child.stdin.end();
    await until(() => !existsSync(path));
    expect(left()).toEqual([]);
  });
});
