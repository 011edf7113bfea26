/* The command of a sandbox, for whatever starts programs. */
import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';

import { missing, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { createSandbox } from '../../src/index.js';

const status = ['/bin/sh', ['-c', 'grep -E "^(Uid|NoNewPrivs|Seccomp):" /proc/self/status; env | sort']] as const;
const confined = 'Uid:\t65534\t65534\t65534\t65534\nNoNewPrivs:\t1\nSeccomp:\t2\nA=1\nPWD=/\n';
const sandbox = createSandbox({ user: 'nobody', env: { A: '1' }, cwd: '/' });

describe.skipIf(missing('linux', 'root'))('command()', () => {
  it('is started by execFile, spawnSync and a shell, any number of times', async () => {
    using command = sandbox.command(...status);
    const { file, args } = command;
    const env = { SECRET: 'x', LD_PRELOAD: '', PATH: '/nowhere' };
    expect((await promisify(execFile)(file, args, { env })).stdout).toBe(confined);
    expect(execFileSync(file, args, { encoding: 'utf8' })).toBe(confined);
    expect(spawnSync('/bin/bash', ['-c', 'exec "$@"', 'bash', file, ...args], { encoding: 'utf8' }).stdout).toBe(
      confined,
    );
    expect(spawnSync('/bin/bash', ['-c', '"$@" | cat; exit "${PIPESTATUS[0]}"', 'bash', file, ...args]).status).toBe(0);
  });

  it('takes descriptors in any order', () => {
    const [low, high] = [openSync('/etc/passwd', 'r'), openSync('/etc/passwd', 'r')];
    const keepDescriptors = [Math.max(low, high), Math.min(low, high)];
    using command = createSandbox({ keepDescriptors }).command('/bin/true');
    expect(command.stdio).toHaveLength(Math.max(low, high) + 1);
    expect(spawnSync(command.file, command.args, { stdio: [...command.stdio] }).status).toBe(0);
    closeSync(low);
    closeSync(high);
  });

  it('passes on the descriptors of its stdio, and no others', async () => {
    const [kept, leaked] = [openSync('/etc/passwd', 'r'), openSync('/etc/passwd', 'r')];
    const script = 'for n in 0 1 2 3 4 5 6 7 8 9 $0 $1; do [ -e /proc/$$/fd/$n ] && echo $n; done';
    using command = createSandbox({ keepDescriptors: [kept] }).command('/bin/sh', [
      '-c',
      script,
      `${kept}`,
      `${leaked}`,
    ]);
    const stdio = [...command.stdio.slice(0, 1), 'pipe' as const, ...command.stdio.slice(2)];
    // One more than is listed, which only the launcher can close.
    const child = spawn(command.file, command.args, { stdio: [...stdio, leaked] });
    if (child.stdout === null) throw new Error('no pipe');
    const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
    closeSync(kept);
    closeSync(leaked);
    const shown = [...new Set(output.trim().split('\n'))].map(Number);
    // The shell has its script's descriptor nowhere; 255 and the like are not looked at.
    expect(shown).toEqual([...new Set([0, 1, 2, ...(kept < 10 ? [kept] : []), kept])]);
  });

  it('passes on exit status and signal', () => {
    using exits = sandbox.command('/bin/sh', ['-c', 'exit 42']);
    expect(spawnSync(exits.file, exits.args)).toMatchObject({ status: 42, signal: null });
    using dies = sandbox.command('/bin/sh', ['-c', 'kill -TERM $$']);
    expect(spawnSync(dies.file, dies.args)).toMatchObject({ status: null, signal: 'SIGTERM' });
  });

  it('says on one line what failed, with 125, and runs nothing', () => {
    using command = createSandbox({ landlock: { preset: 'none', paths: [{ ro: '/etc' }] } }).command('/bin/echo', [
      'ran',
    ]);
    const { stdout, stderr, status: code } = spawnSync(command.file, command.args, { encoding: 'utf8' });
    expect({ stdout, code }).toEqual({ stdout: '', code: 125 });
    expect(stderr).toMatch(/^[^\n]*exec[^\n]*\n$/);
  });

  it('can’t be started once it was disposed of', () => {
    const command = sandbox.command('/bin/echo', ['ran']);
    command.dispose();
    command.dispose();
    const { stdout, status: code } = spawnSync(command.file, command.args, { encoding: 'utf8' });
    expect({ stdout, code }).toEqual({ stdout: '', code: 125 });
  });

  it('starts nothing from another file that has got its number', () => {
    using folder = temporaryFolder();
    using weaker = createSandbox({ env: {}, off: ['caps', 'landlock', 'seccomp'] }).command('/bin/echo', ['ran']);
    // The control: these are records that run.
    expect(spawnSync(weaker.file, weaker.args, { encoding: 'utf8' }).stdout).toBe('ran\n');
    const [path = '', ...rest] = weaker.args;
    const file = folder.file('records');
    writeFileSync(file, readFileSync(path));
    for (const [other, call] of [
      [file, 'fcntl'],
      ['/dev/null', 'openat'],
      [folder.path, 'openat'],
    ] as const) {
      const { stdout, stderr, status: code } = spawnSync(weaker.file, [other, ...rest], { encoding: 'utf8' });
      expect({ stdout, code }).toEqual({ stdout: '', code: 125 });
      expect(stderr).toBe(`sandbox launcher: failed launcher records ${call}: errno 1\n`);
    }
  });

  it('starts no other sandbox whose records have got its number', () => {
    const stale = sandbox.command('/bin/echo', ['stale']);
    stale.dispose();
    using weaker = createSandbox({ off: ['caps', 'landlock', 'seccomp'] }).command('/bin/echo', ['ran']);
    expect(weaker.args[0]).toBe(stale.args[0]);
    const { stdout, stderr, status: code } = spawnSync(stale.file, stale.args, { encoding: 'utf8' });
    expect({ stdout, code }).toEqual({ stdout: '', code: 125 });
    expect(stderr).toBe('sandbox launcher: failed launcher records : errno 116\n');
    expect(spawnSync(weaker.file, weaker.args, { encoding: 'utf8' }).stdout).toBe('ran\n');
  });

  it.each([
    ['no mark', (mark: string) => mark.slice(0, 0)],
    ['a part of the mark', (mark: string) => mark.slice(0, 30)],
    ['more than the mark', (mark: string) => `${mark}00`],
    ['another mark', (mark: string) => mark.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))],
  ])('starts nothing with %s', (_name, change) => {
    using command = createSandbox({ off: ['caps', 'landlock', 'seccomp'] }).command('/bin/echo', ['ran']);
    const [path = '', nobody = '', mark = ''] = command.args;
    const { stdout, status: code } = spawnSync(command.file, [path, nobody, change(mark)], { encoding: 'utf8' });
    expect({ stdout, code }).toEqual({ stdout: '', code: 125 });
    expect(spawnSync(command.file, [path, nobody], { encoding: 'utf8' })).toMatchObject({ stdout: '', status: 125 });
    expect(spawnSync(command.file, command.args, { encoding: 'utf8' }).stdout).toBe('ran\n');
  });

  it.each(['/nonexistent', '/proc/self/fd/99', '99', 'x', ''])(
    'says on one line that %j leads to nothing',
    (source) => {
      using command = sandbox.command('/bin/true');
      const args = source.startsWith('/') ? [source, ...command.args.slice(1)] : [source, '-'];
      const { stderr, status: code } = spawnSync(command.file, args, { encoding: 'utf8' });
      expect(code).toBe(125);
      expect(stderr).toMatch(/^sandbox launcher: failed launcher records (openat|fcntl): errno \d+\n$/);
    },
  );
});
