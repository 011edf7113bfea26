/* Credentials of a home folder: no profile grants them, whatever else of it is granted. */
import { linkSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { compileC, missing, runProgram, stranger, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { beforeAll, describe, expect, it } from 'vitest';

import { createSandbox } from '../../src/index.js';
import { profileNames } from '../../src/profile/profile.js';
import { credentials } from '../../src/profile/credentials.js';
import { sbRun, sbRunPath } from '../sb-run.js';

const secrets = [
  '.ssh/id',
  '.npmrc',
  '.netrc',
  '.config/gh/hosts.yml',
  '.docker/config.json',
  '.mozilla/firefox/key4.db',
];
const others = ['notes', '.config/app.conf', '.docker/other', 'src/main.c', '.npmrc-like'];

/** A home folder with secrets and other things in it. */
function homeFolder(): TemporaryFolder {
  const folder = temporaryFolder();
  for (const path of [...secrets, ...others]) {
    mkdirSync(dirname(folder.file(path)), { recursive: true });
    writeFileSync(folder.file(path), 'content\n');
  }
  return folder;
}

/** What comes of reading each in a shell: `content`, or the error. */
async function readings(home: string, paths: readonly string[], options?: readonly string[]) {
  const line = `for file in ${paths.join(' ')}; do (cat ${home}/$file 2>&1) | grep -o 'content\\|Permission denied\\|No such'; done`;
  const env = { ...process.env, HOME: home };
  const { stdout } =
    options === undefined
      ? await runProgram('/bin/sh', ['-c', line], { env })
      : await sbRun([...options, '-c', line], { env, cwd: home });
  return stdout.trim().split('\n');
}

const all = (paths: readonly string[], answer: string) => paths.map(() => answer);
const denied = 'Permission denied';

describe.skipIf(missing('linux', 'root', 'landlock7', 'unshare', 'fuse'))(
  'a home directory with a server that never answers',
  () => {
    const program = temporaryFolder();
    const served = program.file('served');
    beforeAll(async () => {
      await compileC(served, { from: import.meta.url, sources: ['../../../files/test/fixtures/served.c'] });
      return () => program[Symbol.dispose]();
    });

    it.each([
      ['where credentials lie', '.config', []],
      ['beside them', 'folder', []],
      ['where a link leads to', 'folder', [['folder/below', '.kube']]],
      ['below where a link on the way leads to', 'other/gh', [['other', '.config']]],
      ['with a name that is not ASCII', 'é', [['é', '.kube']]],
    ] as const)('does not keep root: %s', async (_, mounted, links) => {
      using home = homeFolder();
      mkdirSync(home.file(mounted), { recursive: true });
      for (const [target, name] of links) {
        rmSync(home.file(name), { recursive: true, force: true });
        symlinkSync(target, home.file(name));
      }
      const mount = [
        '--mount',
        '--propagation',
        'private',
        served,
        home.file(mounted),
        String(stranger.uid),
        '/',
        'silent',
      ];
      const line = `cat ${home.file('notes')} && ! cat ${home.file('.npmrc')}`;
      const command = [process.execPath, sbRunPath(), '-c', line];
      const env = { ...process.env, HOME: home.path };
      const { status, stdout } = await runProgram('unshare', [...mount, ...command], { env, timeout: 15_000 });
      expect({ status, stdout }).toEqual({ status: 0, stdout: 'content\n' });
    });

    it('does not keep root that asks for an explanation', async () => {
      using home = homeFolder();
      const mount = [home.file('.ssh'), String(stranger.uid), '/', 'silent'];
      const command = [...mount, process.execPath, sbRunPath(), '--explain'];
      const env = { ...process.env, HOME: home.path };
      const options = ['--mount', '--propagation', 'private', served, ...command];
      const { status, stdout } = await runProgram('unshare', options, { env, timeout: 30_000 });
      expect({ status, stdout }).toEqual({
        status: 0,
        stdout: expect.stringMatching(/^credentials +not granted/m) as string,
      });
    });

    it('does not keep root that asks what a rule on it would allow elsewhere', async () => {
      using home = homeFolder();
      mkdirSync(home.file('folder'));
      const mount = [home.file('folder'), String(stranger.uid), '/', 'silent'];
      const question = ['--ro', home.file('folder/below'), '--why', 'read /etc/hosts'];
      const command = [...mount, process.execPath, sbRunPath(), ...question];
      const options = ['--mount', '--propagation', 'private', served, ...command];
      const { status, stdout } = await runProgram('unshare', options, { timeout: 30_000 });
      expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('allowed') as string });
    });

    it('does not keep root for good where it is mounted on the way to a rule', async () => {
      using home = homeFolder();
      mkdirSync(home.file('folder'));
      const mount = [home.file('folder'), String(stranger.uid), '/', 'silent'];
      const command = [...mount, process.execPath, sbRunPath(), '--ro', home.file('folder/below'), '--', 'true'];
      const options = ['--mount', '--propagation', 'private', served, ...command];
      const { status, stderr } = await runProgram('unshare', options, { timeout: 90_000 });
      expect({ status, stderr }).toEqual({
        status: 125,
        stderr: expect.stringMatching(/within 30 seconds: a file system does not answer.*Unmount it/s) as string,
      });
    }, 100_000);

    it('does not keep root where it is mounted while links of credentials are looked at', async () => {
      using home = homeFolder();
      for (let number = 0; number < 5000; number++) symlinkSync(`x/${number}`, home.file(`.ssh/link-${number}`));
      const mount = [home.file('.mozilla'), String(stranger.uid), home.file('.ssh'), 'when-listed'];
      const line = `grep -c "^served ${home.file('.mozilla')} " /proc/mounts; cat ${home.file('notes')}`;
      const command = [...mount, process.execPath, sbRunPath(), '-c', line];
      const env = { ...process.env, HOME: home.path };
      const options = ['--mount', '--propagation', 'private', served, ...command];
      const { status, stdout } = await runProgram('unshare', options, { env, timeout: 30_000 });
      expect({ status, stdout }).toEqual({ status: 0, stdout: '1\ncontent\n' });
    });
  },
);

describe.skipIf(missing('linux', 'landlock7'))('credentials in a home directory', () => {
  it('control: can be read without a sandbox, and by the preset that reads everything', async () => {
    using home = homeFolder();
    expect(await readings(home.path, secrets)).toEqual(all(secrets, 'content'));
    expect(await readings(home.path, secrets, ['--fs', 'read-only'])).toEqual(all(secrets, 'content'));
  });

  it('cannot be read without options; what lies beside them can', async () => {
    using home = homeFolder();
    expect(await readings(home.path, secrets, [])).toEqual(all(secrets, denied));
    expect(await readings(home.path, others, [])).toEqual(all(others, 'content'));
  });

  it.each(profileNames.filter((name) => name !== 'none'))(
    'cannot be read in %s, also if it is the working directory',
    async (name) => {
      using home = homeFolder();
      expect(await readings(home.path, secrets, ['--profile', name])).toEqual(all(secrets, denied));
    },
  );

  it.each(['project', 'build', 'server'] as const)('leave the rest of a working directory to %s', async (name) => {
    using home = homeFolder();
    expect(await readings(home.path, others, ['--profile', name])).toEqual(all(others, 'content'));
  });

  it('cannot be written, moved or removed if the home directory is the working directory', async () => {
    using home = homeFolder();
    const line =
      'for what in "rm .npmrc" "mv .ssh keys" "ln .npmrc alias" "mv notes .npmrc" "echo x > .netrc"; do sh -c "$what"; done; echo y >> notes';
    const env = { ...process.env, HOME: home.path };
    const { stderr } = await sbRun(['--profile', 'project', '-c', `cd ${home.path}; ${line}`], { env, cwd: home.path });
    expect(stderr.match(/Permission denied/g)).toHaveLength(5);
    expect(await readings(home.path, ['.npmrc', '.ssh/id', 'notes'])).toEqual(all(['', '', ''], 'content'));
  });

  it('are granted by who names one, and that one alone', async () => {
    using home = homeFolder();
    const options = ['--ro', home.file('.npmrc')];
    expect(await readings(home.path, ['.npmrc', '.ssh/id'], options)).toEqual(['content', denied]);
  });

  it('cannot be reached by a link beside them, nor by another name of the same file', async () => {
    using home = homeFolder();
    symlinkSync('.ssh', home.file('keys'));
    symlinkSync(home.file('.npmrc'), home.file('npm'));
    linkSync(home.file('.npmrc'), home.file('alias'));
    const paths = ['keys/id', 'npm', 'alias'];
    expect(await readings(home.path, paths)).toEqual(all(paths, 'content'));
    expect(await readings(home.path, paths, [])).toEqual(all(paths, denied));
    expect(await readings(home.path, paths, ['--profile', 'project'])).toEqual(all(paths, denied));
  });

  it.each([
    ['that are not there', 'n/'.repeat(2000), 0],
    ['in and out of a folder', '../.ssh/'.repeat(500), 125],
  ])('take no time by links that lead through thousands of names %s', async (_, target, status) => {
    using home = homeFolder();
    for (let number = 0; number < 300; number++) symlinkSync(`${target}${number}`, home.file(`.ssh/link-${number}`));
    const result = await sbRun(['--', 'true'], { env: { ...process.env, HOME: home.path }, timeout: 15_000 });
    expect({ status: result.status, stderr: result.stderr }).toEqual({
      status,
      stderr: status === 0 ? '' : expect.stringContaining('lead through more than 100000 names'),
    });
  });

  it('are not missed if their directories have more names than are examined', async () => {
    using home = homeFolder();
    // Names of one file: ten thousand files take twenty times as long to make.
    for (let number = 0; number <= 10_000; number++) linkSync(home.file('notes'), home.file(`.ssh/${number}`));
    const result = await sbRun(['--', 'true'], { env: { ...process.env, HOME: home.path } });
    expect(result).toMatchObject({ status: 125, stderr: expect.stringContaining('more than 10000 names') as string });
  });

  it('include the targets of links in their directories, as programs for dotfiles make them', async () => {
    using home = homeFolder();
    mkdirSync(home.file('dots/keys'), { recursive: true });
    for (const name of ['dots/id', 'dots/keys/deep', 'dots/other']) writeFileSync(home.file(name), 'content\n');
    mkdirSync(home.file('.ssh/keys'));
    symlinkSync('../dots/id', home.file('.ssh/linked'));
    symlinkSync('../../dots/keys/deep', home.file('.ssh/keys/linked'));
    const paths = ['dots/id', 'dots/keys/deep', 'dots/other'];
    expect(await readings(home.path, paths)).toEqual(all(paths, 'content'));
    expect(await readings(home.path, paths, [])).toEqual([denied, denied, 'content']);
  });

  it('are those that links in their directories lead to, also if their names are not UTF-8', async () => {
    using home = homeFolder();
    const raw = (name: string) => Buffer.from(home.file(name), 'latin1');
    mkdirSync(home.file('dots'));
    for (const name of ['dots/id', 'dots/deep', 'dots/other']) writeFileSync(home.file(name), 'content\n');
    symlinkSync('../dots/id', raw('.ssh/id\u00e9'));
    mkdirSync(raw('.ssh/d\u00e9'));
    symlinkSync('../../dots/deep', raw('.ssh/d\u00e9/key'));
    const paths = ['dots/id', 'dots/deep', 'dots/other'];
    expect(await readings(home.path, paths)).toEqual(all(paths, 'content'));
    expect(await readings(home.path, paths, [])).toEqual([denied, denied, 'content']);
  });

  it('cannot be reached by a link whose name is what a text makes of one that is not UTF-8', async () => {
    using home = homeFolder();
    writeFileSync(Buffer.from(home.file('k\u00e9'), 'latin1'), '');
    symlinkSync('.npmrc', home.file('k\ufffd'));
    expect(await readings(home.path, ['k\ufffd'])).toEqual(['content']);
    expect(await readings(home.path, ['k\ufffd'], [])).toEqual([denied]);
  });

  it('include the target of a link of their name, for instance in a directory of dotfiles', async () => {
    using home = homeFolder();
    mkdirSync(home.file('dotfiles'));
    renameSync(home.file('.ssh'), home.file('dotfiles/ssh'));
    symlinkSync('dotfiles/ssh', home.file('.ssh'));
    writeFileSync(home.file('dotfiles/vimrc'), 'content\n');
    const paths = ['.ssh/id', 'dotfiles/ssh/id', 'dotfiles/vimrc'];
    expect(await readings(home.path, paths, [])).toEqual([denied, denied, 'content']);
  });

  it('cannot be read if the home directory itself is reached by a link', async () => {
    using home = homeFolder();
    using other = temporaryFolder();
    symlinkSync(home.path, other.file('home'));
    const env = { ...process.env, HOME: other.file('home') };
    const { stdout } = await sbRun(['-c', `cat ~/.npmrc ${home.file('.npmrc')}; cat ~/notes`], { env });
    expect(stdout).toBe('content\n');
  });

  it('that appear later are denied, and so is all that is made beside them', async () => {
    using home = homeFolder();
    const before = process.env['HOME'];
    process.env['HOME'] = home.path;
    try {
      const sandbox = createSandbox({});
      const read = async (name: string) => await sandbox.run('/bin/cat', [home.file(name)]);
      for (const name of ['.pgpass', 'later']) writeFileSync(home.file(name), 'content\n');
      for (const name of ['.pgpass', 'later']) expect((await read(name)).stderr).toMatch(/Permission denied/);
      expect((await read('notes')).stdout).toBe('content\n');
      expect(sandbox.explain()).toMatch(
        /^credentials +not granted; .*names that appear beside them later are denied too$/m,
      );
    } finally {
      if (before === undefined) delete process.env['HOME'];
      else process.env['HOME'] = before;
    }
  });

  it('gain nothing by a name that is changed between looking and opening: it was granted or it is denied', async () => {
    using home = homeFolder();
    const before = process.env['HOME'];
    process.env['HOME'] = home.path;
    try {
      const sandbox = createSandbox({});
      renameSync(home.file('notes'), home.file('old'));
      writeFileSync(home.file('notes'), 'content\n');
      // A file that was put there since is a new one under a name that was granted; a credential keeps its own.
      const { stdout, stderr } = await sandbox.run('/bin/cat', [home.file('notes'), home.file('.npmrc')]);
      expect([stdout, stderr]).toEqual(['content\n', expect.stringMatching(/npmrc: Permission denied/)]);
    } finally {
      if (before === undefined) delete process.env['HOME'];
      else process.env['HOME'] = before;
    }
  });

  it('are refused if a directory has more names than rules can be made for', async () => {
    using home = homeFolder();
    for (let index = 0; index < 10_001; index++) linkSync(home.file('notes'), home.file(`f${index}`));
    const env = { ...process.env, HOME: home.path };
    const { status, stderr } = await sbRun(['--', 'true'], { env });
    expect([status, stderr]).toEqual([
      125,
      expect.stringMatching(/has too many names: more than 10000 are beside credentials/),
    ]);
  });
});

describe('the list of credentials', () => {
  it('has each once, beneath the home directory, and none within another', () => {
    expect(new Set(credentials).size).toBe(credentials.length);
    for (const path of credentials) {
      expect(join('/', path)).toBe(`/${path}`);
      expect(credentials.filter((other) => path.startsWith(`${other}/`))).toEqual([]);
    }
  });
});
