/* The profiles in the kernel: what each lets a program do, what it denies, and how options add to it. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { tmpdir } from 'node:os';

import { type Attempt, freePorts, missing, probeArguments, probePath, runProgram, temporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { definePolicy, createSandbox, type ProfileName, type SandboxOptions } from '../../src/index.js';
import { profileNames } from '../../src/profile/profile.js';
import { answers, says, sbRun, sbRunPath } from '../sb-run.js';

let server: Server;
let port: number;

beforeAll(async () => {
  server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});

afterAll(() => {
  server.close();
});

/** A working folder with one beside it, for all. */
function folders() {
  const folder = temporaryFolder();
  for (const name of ['work', 'beside']) {
    mkdirSync(folder.file(name));
    chmodSync(folder.file(name), 0o777);
    writeFileSync(folder.file(name, 'file'), 'content\n', { mode: 0o666 });
  }
  return folder;
}

/** What each profile answers to the attempts of {@link attemptsIn}, in their order. */
const expected: Readonly<Record<ProfileName, readonly string[]>> = {
  read: ['OK', 'OK', 'EACCES', 'OK', 'OK', 'EACCES'],
  project: ['OK', 'OK', 'OK', 'EACCES', 'EAFNOSUPPORT', 'EAFNOSUPPORT'],
  build: ['OK', 'OK', 'OK', 'EACCES', 'EAFNOSUPPORT', 'EAFNOSUPPORT'],
  convert: ['EACCES', 'EACCES', 'EACCES', 'EACCES', 'EAFNOSUPPORT', 'EAFNOSUPPORT'],
  client: ['OK', 'EACCES', 'EACCES', 'EACCES', 'EACCES', 'EACCES'],
  server: ['OK', 'OK', 'EACCES', 'EACCES', 'EAFNOSUPPORT', 'EAFNOSUPPORT'],
  none: ['EACCES', 'EACCES', 'EACCES', 'EACCES', 'EAFNOSUPPORT', 'EAFNOSUPPORT'],
};

function attemptsIn(path: string, free: number): readonly Attempt[] {
  return [
    ['open-read', '/etc/passwd'],
    ['open-read', join(path, 'work/file')],
    ['create', join(path, 'work/new')],
    ['open-read', join(path, 'beside/file')],
    ['connect-tcp', port],
    ['bind-tcp', free],
  ];
}

describe.skipIf(missing('linux', 'landlock7'))('a profile', () => {
  it('control: without a sandbox all of it can be done', async () => {
    using folder = folders();
    const [free = 0] = await freePorts(1);
    const attempts = attemptsIn(folder.path, free);
    const { stdout } = await runProgram(probePath(), probeArguments(attempts));
    expect(stdout.match(/ OK\b/g)).toHaveLength(attempts.length);
  });

  it.each(profileNames)('%s grants what it says, and denies the rest', async (name) => {
    using folder = folders();
    const [free = 0] = await freePorts(1);
    // The probe is the program: profiles that grant no program are given it.
    const options = ['--profile', name, '--rx', probePath()];
    const answered = await answers(options, attemptsIn(folder.path, free), { cwd: folder.file('work') });
    expect(answered).toEqual(expected[name]);
  });

  it.each<[name: ProfileName, options: (path: string) => readonly string[], at: readonly number[]]>([
    ['project', (path) => ['--ro', `${path}/beside`], [3]],
    ['project', () => ['--connect-tcp', '{port}'], [4]],
    ['client', () => ['--connect-tcp', '{port}'], [4]],
    ['server', () => ['--bind-tcp', '{free}'], [5]],
    ['convert', (path) => ['--ro', `${path}/work/file`], [1]],
    ['none', () => ['--ro', '/etc/passwd'], [0]],
  ])('%s is added to by options', async (name, optionsFor, at) => {
    using folder = folders();
    const [free = 0] = await freePorts(1);
    const words = optionsFor(folder.path).map((word) => word.replace('{port}', `${port}`).replace('{free}', `${free}`));
    const options = ['--profile', name, '--rx', probePath(), ...words];
    const answered = await answers(options, attemptsIn(folder.path, free), { cwd: folder.file('work') });
    for (const index of at) expect(answered[index]).toBe('OK');
    const others = expected[name].filter((_, index) => index < 4 && !at.includes(index));
    expect(answered.filter((_, index) => index < 4 && !at.includes(index))).toEqual(others);
  });

  it('none starts not even the program', async () => {
    const { status, stderr } = await sbRun(['--profile', 'none', '--', 'true']);
    expect([status, stderr]).toEqual([126, expect.stringMatching(/EACCES/)]);
  });

  it('server has no sockets for UDP, which TCP’s rules say nothing of', async () => {
    const [free = 0] = await freePorts(1);
    const line = 'python3 -c "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)" 2>&1 | tail -n 1';
    const options = (name: string) => ['--profile', name, '--bind-tcp', `${free}`];
    expect(await says(options('server'), line)).toMatch(/Protocol not supported/);
    expect(await says(options('project'), line)).toBe('');
    const { stdout } = await sbRun([...options('server'), '--explain']);
    expect(stdout).toMatch(/^network .*connect_tcp: no port(?!.*UDP: not restricted)/m);
  });

  it('project has a private HOME and TMPDIR, and build executes in its TMPDIR', async () => {
    const line =
      'echo "#!/bin/sh" > $TMPDIR/x; chmod +x $TMPDIR/x; $TMPDIR/x 2>&1 | grep -o denied; echo x > ~/own; cat ~/own; echo $TMPDIR';
    using folder = folders();
    const program = { cwd: folder.file('work') };
    expect(await says(['--profile', 'project'], line, program)).toMatch(new RegExp(`^denied\nx\n${tmpdir()}/sb-tmp-`));
    const executes = 'echo "#!/bin/sh\necho ran" > $TMPDIR/x; chmod +x $TMPDIR/x; $TMPDIR/x';
    expect(await says(['--profile', 'build'], executes, program)).toBe('ran');
  });

  it('convert is limited in memory, time and files', async () => {
    using folder = folders();
    const limits = await says(['--profile', 'convert', '--ro', '/proc'], 'cat /proc/self/limits', { cwd: folder.path });
    expect(limits).toMatch(/^Max cpu time +600 +600/m);
    expect(limits).toMatch(/^Max data size +4294967296 /m);
    const own = await says(['--profile', 'convert', '--ro', '/proc', '--rlimit', 'cpu=5'], 'ulimit -t');
    expect(own).toBe('5');
  });

  it('grants a program that lies elsewhere, and nothing beside it', async () => {
    using folder = folders();
    const tool = folder.file('beside/tool');
    writeFileSync(tool, `#!/bin/sh\necho ran\ncat ${folder.file('beside/file')}\n`, { mode: 0o755 });
    const { stdout, stderr } = await sbRun(['--profile', 'project', '--', tool], { cwd: folder.file('work') });
    expect([stdout, stderr]).toEqual(['ran\n', expect.stringMatching(/Permission denied/)]);
  });

  it('refuses / as a working directory: all of it would be written', async () => {
    const { status, stderr } = await sbRun(['--profile', 'project', '--', 'true'], { cwd: '/' });
    expect([status, stderr]).toEqual([
      125,
      expect.stringMatching(/profile project grants the working directory, and that is \/\./),
    ]);
    expect((await sbRun(['--profile', 'client', '--', 'true'], { cwd: '/' })).status).toBe(0);
  });

  it.each<[options: readonly string[], said: RegExp]>([
    [['--profile', 'project', '--fs', 'minimal'], /--profile and --fs both choose the files/],
    [['--profile', 'projekt'], /--profile must be one of read, project, .* not "projekt"\. Did you mean project\?/],
    [
      ['--profile', 'client', '--connect-tcp', 'none'],
      /--connect-tcp none revokes ports that the profile client grants/,
    ],
    [['--profile', 'project', '--off', 'landlock'], /switches off what --profile configures/],
  ])('%j is a mistake', async (options, said) => {
    const { status, stderr } = await sbRun([...options, '--', 'true']);
    expect([status, stderr]).toEqual([125, expect.stringMatching(said)]);
  });

  it('is told by --explain and --list-profiles', async () => {
    const { stdout } = await sbRun(['--profile', 'client', '--explain']);
    expect(stdout).toMatch(/^profile +client: reads the system/m);
    expect((await sbRun(['--explain'])).stdout).toMatch(/^profile +read \(the default\)/m);
    expect((await sbRun(['--fs', 'minimal', '--explain'])).stdout).toMatch(/^profile +none: the policy says/m);
    const table = await sbRun(['--list-profiles']);
    expect(
      table.stdout.split('\n').filter((line) => profileNames.some((name) => line.startsWith(`${name} `))),
    ).toHaveLength(14);
  });

  it('may be compiled, without a private directory: its writing stays within what is left', async () => {
    using folder = folders();
    const file = folder.file('work.sb');
    expect((await sbRun(['--profile', 'server', '--compile', file], { cwd: folder.file('work') })).status).toBe(0);
    expect(readFileSync(file).length).toBeGreaterThan(0);
    const command = createSandbox({ profile: 'client' }).command('/bin/true');
    command.dispose();
  });
});

describe('a policy with a profile', () => {
  it('stays what was written, also as JSON', () => {
    const options: SandboxOptions = { profile: 'project', landlock: { net: { connectTcp: [443] } } };
    const policy = definePolicy(options);
    expect(policy).toEqual({ ...options, version: 1 });
    expect(definePolicy(JSON.parse(JSON.stringify(policy)))).toEqual(policy);
  });

  it('is read from a file, and the command line takes another one', async () => {
    using folder = folders();
    const file = folder.file('policy.json');
    writeFileSync(file, JSON.stringify({ profile: 'project' }));
    const first = await sbRun(['--policy', file, '--explain']);
    expect(first.stdout).toMatch(/^profile +project: /m);
    const second = await sbRun(['--policy', file, '--profile', 'server', '--explain']);
    expect(second.stdout).toMatch(/^profile +server: /m);
  });
});

describe.skipIf(missing('root', 'landlock7', 'unshare'))('build', () => {
  it('reads the package caches of the home directory of the name service, and not those of HOME', async () => {
    using folder = folders();
    for (const home of ['own', 'other']) {
      for (const path of ['.npm/cache', '.npmrc', 'notes', '.m2/settings.xml', '.m2/repository/x.jar']) {
        mkdirSync(join(folder.file(home), path, '..'), { recursive: true });
        writeFileSync(folder.file(home, path), `${home}\n`);
      }
    }
    const passwd = readFileSync('/etc/passwd', 'utf8').replace(
      /^root:.*$/m,
      `root:x:0:0::${folder.file('own')}:/bin/sh`,
    );
    writeFileSync(folder.file('passwd'), passwd);
    const line = `for home in own other; do for file in .npm/cache .npmrc notes .m2/settings.xml .m2/repository/x.jar; do cat ${folder.path}/$home/$file 2>&1 | grep -o 'own$\\|other$\\|denied'; done; done`;
    const inner = [process.execPath, sbRunPath(), '--profile', 'build', '-c', line];
    const script = `mount --bind ${folder.file('passwd')} /etc/passwd && cd ${folder.file('work')} && exec "$@"`;
    const { stdout, stderr } = await runProgram(
      'unshare',
      ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', ...inner],
      { env: { ...process.env, HOME: folder.file('other') } },
    );
    expect(stderr).toBe('');
    const denied = 'denied';
    expect(stdout.trim().split('\n')).toEqual([
      'own',
      denied,
      denied,
      denied,
      'own',
      ...Array.from({ length: 5 }, () => denied),
    ]);
  });
});
