/* A compiled sandbox holds what sb-run would, without Node: each attack, in each place where it is used. */
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';

import { beneath, dockerFilter, withoutLandlock } from '@sb/containers';
import { errno } from '@sb/seccomp';
import {
  missing,
  probeArguments,
  probePath,
  type ProgramOptions,
  runProgram,
  temporaryFolder,
  type TemporaryFolder,
} from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { nobody } from '../attack/place.js';
import { compileInto, execute, sbExec } from '../compiled.js';
import { createSandbox, type SandboxOptions } from '../../src/index.js';
import { parseStatus } from '../../src/launch/status.js';
import { sbRunPath } from '../sb-run.js';
import { collect } from '../start.js';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

const attempts = [
  ['open-write', '/proc/self/comm'],
  ['raise-permitted', 0],
  ['bind-tcp', 47_714],
  ['unshare-user'],
  ['open-read', '/etc/passwd'],
] as const;
const probe = [probePath(), '--apart', ...probeArguments(attempts)];
const answers = (stdout = '') => stdout.split('\n').flatMap((line) => line.split(' ')[2] ?? []);
const confined = ['EACCES', 'EPERM', 'EACCES', 'EPERM', 'OK'];

/** What the kernel says of a process, but what no two processes share. */
const ownStatus = ['/bin/grep', '-E', '^(Uid|Gid|Groups|Cap.*|NoNewPrivs|Seccomp.*|Umask):', '/proc/self/status'];
const ordinary: readonly (readonly [name: string, policy: SandboxOptions, ids: ProgramOptions])[] = [
  ['a root that stays', {}, {}],
  ['a root that changes its user', { user: 'nobody', umask: 0o027 }, {}],
  ['an ordinary user', {}, nobody],
];

const needs = ['linux', 'root', 'landlock7'] as const;

describe.skipIf(missing(...needs)).each(ordinary)('a compiled sandbox of %s', (_name, policy, ids) => {
  it('denies what is not granted, which works without it', async () => {
    const file = compileInto(folder.file('tool.sb'), policy);
    const open = await runProgram(probePath(), probe.slice(1), {});
    expect(answers(open.stdout)).toEqual(confined.map(() => 'OK'));
    const { stdout, stderr } = await execute([file, '--', ...probe], ids);
    expect(answers(stdout), stderr).toEqual(confined);
  });

  it('leaves the process as spawn does, by the kernel’s own word', async () => {
    const file = compileInto(folder.file('tool.sb'), policy);
    const compiled = await execute([file, '--', ...ownStatus], ids);
    const options = policy.umask === undefined ? [] : ['--user', 'nobody', '--umask', '027'];
    const spawned = await runProgram(process.execPath, [sbRunPath(), ...options, '--', ...ownStatus], ids);
    expect(compiled).toEqual(spawned);
    expect(compiled.stdout).toContain('NoNewPrivs:\t1\nSeccomp:\t2\n');
  });

  it('says on a descriptor what the launcher says, and the proofs', async () => {
    const file = compileInto(folder.file('tool.sb'), policy);
    const said = folder.file('said');
    writeFileSync(said, '');
    chmodSync(said, 0o666);
    const line = `exec 3>"$1"; exec "$2" --report-fd 3 "$3" -- /bin/true`;
    const { status } = await runProgram('/bin/sh', ['-c', line, 'sh', said, sbExec(), file], ids);
    expect(status).toBe(0);
    const told = parseStatus(readFileSync(said, 'latin1'));
    expect(told).toMatchObject({ kind: 'executed', task: { noNewPrivs: true } });
    expect(told.kind === 'executed' && told.proofs).toContainEqual({ feature: 'fs.write_file', errno: 13 });
  });

  it('runs-nothing-whose-report-is-lost', async () => {
    const file = compileInto(folder.file('tool.sb'), policy);
    const line = `exec 3>/dev/full; exec "$1" --report-fd 3 "$2" -- /bin/echo ran`;
    const { status, stdout, stderr } = await runProgram('/bin/sh', ['-c', line, 'sh', sbExec(), file], ids);
    expect([status, stdout]).toEqual([125, '']);
    expect(stderr).toMatch(/cannot write the report of it.* Nothing was run/);
  });
});

describe.skipIf(missing(...needs, 'unshare', 'userNamespaces'))('a compiled sandbox', () => {
  it('needs no Node, no libc and no /proc: two files in a directory that is the root', async () => {
    // As an image that `COPY sb-exec tool.sb probe /` has made.
    for (const [from, to] of [
      [sbExec(), 'sb-exec'],
      [probePath(), 'probe'],
    ] as const) {
      copyFileSync(from, folder.file(to));
      chmodSync(folder.file(to), 0o755);
    }
    compileInto(folder.file('tool.sb'), { user: 65_534, landlock: { paths: [{ rx: '/probe' }] } });
    const attempted = [
      '--apart',
      ...probeArguments([
        ['setresuid', 0, 0, 0],
        ['bind-tcp', 47_714],
        ['open-read', '/probe'],
      ]),
    ];
    const within = ['chroot', folder.path, '/sb-exec', '/tool.sb', '--', '/probe', ...attempted];
    const { stdout, stderr } = await runProgram('/usr/sbin/chroot', within.slice(1));
    expect(answers(stdout), stderr).toEqual(['EPERM', 'EACCES', 'OK']);
  });

  it('is a program by itself where it names its command, with further arguments behind', async () => {
    const file = compileInto(folder.file('greet'), {}, ['sh', '-c', 'printf "%s|" "$0" "$@"', 'sh']);
    expect(await runProgram(file, ['--', 'a b', '-x'])).toMatchObject({
      status: 0,
      stdout: 'sh|--|a b|-x|',
      stderr: '',
    });
  });

  it('runs the script whose first line names it', async () => {
    const file = compileInto(folder.file('shell.sb'), {}, ['/bin/sh']);
    writeFileSync(folder.file('script'), `#!${sbExec()} ${file}\ntouch "${folder.path}/made"; echo "$1"\n`);
    chmodSync(folder.file('script'), 0o755);
    const { status, stdout, stderr } = await runProgram(folder.file('script'), ['word']);
    expect([status, stdout]).toEqual([0, 'word\n']);
    expect(stderr).toContain('Permission denied');
  });

  it('that names no command takes none without the dashes, so that no script starts itself', async () => {
    const file = compileInto(folder.file('tool.sb'), {});
    expect(await execute([file, '/bin/echo', 'ran'])).toMatchObject({ status: 125, stdout: '' });
  });

  it('nests, in itself and in sb-run, and sb-run in it', async () => {
    const file = compileInto(folder.file('tool.sb'), {});
    const own = [sbExec(), file, '--'];
    const run = [process.execPath, sbRunPath(), '--'];
    for (const words of [
      [...own, ...own],
      [...own, ...run],
      [...run, ...own],
    ]) {
      const [program = '', ...args] = [...words, ...probe];
      const { stdout, stderr } = await runProgram(program, args);
      expect(answers(stdout), stderr).toEqual(confined);
    }
  });

  it('holds in a container and in a user namespace', async () => {
    const file = compileInto(folder.file('tool.sb'), {});
    const places = [beneath(dockerFilter()), ['/usr/bin/unshare', '--user', '--map-root-user']];
    for (const [program = '', ...words] of places) {
      const { stdout, stderr } = await runProgram(program, [...words, sbExec(), file, '--', ...probe]);
      expect(answers(stdout), stderr).toEqual(confined);
    }
  });

  it('takes-nothing-from-the-environment, nor descriptors that it does not list', async () => {
    const file = compileInto(folder.file('tool.sb'), { env: { GIVEN: '1' } });
    const line = `exec 7</etc/passwd 9</etc/hosts; exec "$0" "$1" -- "$2" -c 'env; ls /proc/self/fd'`;
    const shell = '/bin/sh';
    const env = { LD_PRELOAD: '/x.so', PATH: '/nowhere', TOKEN: 'secret', SB_RUN: '1' };
    const { stdout } = await runProgram(shell, ['-c', line, sbExec(), file, shell], { env });
    const words = stdout.split('\n').filter((word) => !/^(?:PWD|SHLVL|_|OLDPWD)=/.test(word) && word !== '');
    expect(words).toEqual(['GIVEN=1', '0', '1', '2', '3']);
  });

  it('of minimal grants the program that it names, and a replacement of it, but not a directory', async () => {
    copyFileSync(probePath(), folder.file('tool'));
    chmodSync(folder.file('tool'), 0o755);
    const words = probeArguments([['open-read', '/etc/passwd']]);
    const file = compileInto(folder.file('tool.sb'), { landlock: 'minimal' }, [folder.file('tool'), ...words]);
    expect(answers((await execute([file])).stdout)).toEqual(['EACCES']);
    copyFileSync(probePath(), folder.file('newer'));
    chmodSync(folder.file('newer'), 0o755);
    await runProgram('/bin/mv', [folder.file('newer'), folder.file('tool')]);
    expect(answers((await execute([file])).stdout)).toEqual(['EACCES']);
    await runProgram('/bin/sh', ['-c', 'rm "$0"; mkdir "$0"', folder.file('tool')]);
    expect(await execute([file])).toMatchObject({ status: 125, stdout: '' });
  });

  it('refuses a kernel that lacks what it requires, and goes on where that is preferred', async () => {
    const [program = '', ...words] = beneath(withoutLandlock('ENOSYS'));
    const strict = compileInto(folder.file('strict.sb'), {});
    const refused = await runProgram(program, [...words, sbExec(), strict, '--', ...probe]);
    expect([refused.status, refused.stdout]).toEqual([125, '']);
    expect(refused.stderr).toMatch(/it requires features that this kernel lacks/);
    const soft = compileInto(folder.file('soft.sb'), { prefer: ['landlock'] });
    const { stdout, stderr } = await runProgram(program, [...words, sbExec(), soft, '--', ...probe]);
    expect(answers(stdout), stderr).toEqual(['OK', 'EPERM', 'OK', 'EPERM', 'OK']);
    expect(answers((await execute([soft, '--', ...probe])).stdout)).toEqual(confined);
  });

  it('that changes the user is refused to who can’t: never-goes-on-as-somebody-else', async () => {
    const file = compileInto(folder.file('tool.sb'), { user: 'nobody', prefer: ['privdrop'] });
    for (const ids of [nobody, { uid: 1, gid: 1 }]) {
      const { status, stdout, stderr } = await execute([file, '--', ...probe], ids);
      expect([status, stdout]).toEqual([125, '']);
      expect(stderr).toMatch(/this process lacks the rights/);
    }
  });

  it('ends as sb-run does', async () => {
    const file = compileInto(folder.file('tool.sb'), {});
    const ends = async (...words: readonly string[]) => (await execute([file, '--', ...words])).status;
    expect(await ends('/bin/sh', '-c', 'exit 7')).toBe(7);
    expect(await ends('no-such-program')).toBe(127);
    expect(await ends('/etc/passwd')).toBe(126);
    expect(await ends('/etc')).toBe(126);
    expect(await ends('')).toBe(127);
    expect((await execute([])).status).toBe(125);
    for (const word of ['--help', '-h']) {
      const help = await execute([word]);
      expect(help).toMatchObject({ status: 0, stderr: '' });
      expect(help.stdout).toMatch(/^Usage: sb-exec \[--report-fd N\] FILE -- COMMAND/);
    }
    const full = ['-c', 'exec "$0" --help >/dev/full', sbExec()];
    expect(await runProgram('/bin/sh', full)).toMatchObject({ status: 125, stdout: '' });
  });

  it('has a new proof at each start, and starts nothing without one', async () => {
    const file = compileInto(folder.file('tool.sb'), {});
    const rules = [{ syscall: 'getrandom', action: errno('EPERM') }];
    const [program = '', ...words] = beneath({ base: 'allow-all', rules });
    const { status, stdout, stderr } = await runProgram(program, [...words, sbExec(), file, '--', ...probe]);
    expect([status, stdout]).toEqual([125, '']);
    expect(stderr).toContain('prove getrandom');
  });

  it.each([
    ['execOnce', { execOnce: true }],
    ['privateGroup', { user: 'nobody', privateGroup: 'prefer' }],
  ] as const)('can not be made with %s, which one start alone can have', (path, policy) => {
    expect(() => createSandbox(policy).compile()).toThrow(expect.objectContaining({ code: 'invalid-policy', path }));
  });

  it('is used as any program by spawn of child_process', async () => {
    const file = compileInto(folder.file('tool.sb'), {}, ['/bin/echo', 'within']);
    const outer = createSandbox({});
    expect(await collect(outer.spawn(file, ['spawn']))).toMatchObject({ status: 0, stdout: 'within spawn\n' });
  });
});
