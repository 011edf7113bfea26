import { existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';

import { bestStatus, missing, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { sbRun } from '../sb-run.js';
import { startIn, states } from '../start.js';

const packageFile = new URL('../../package.json', import.meta.url);

describe('sb-run: what it prints', () => {
  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string };
    expect(await sbRun(['--version'])).toMatchObject({ status: 0, stdout: `sb-run ${version}\n`, stderr: '' });
  });

  it.each(['--help', '-h'])('prints its help with %s', async (option) => {
    const { status, stdout } = await sbRun([option]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Usage: sb-run/);
  });

  it('--dry-run prints the plan and runs nothing', async () => {
    using folder = temporaryFolder();
    const command = ['--rw', folder.path, '--', 'touch', folder.file('ran')];
    const { status, stdout } = await sbRun(['--dry-run', ...command]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^enforced +seccomp\.filter$/m);
    expect(stdout).toMatch(/^would run: .*\/touch$/m);
    expect(existsSync(folder.file('ran'))).toBe(false);
    expect(await sbRun(command)).toMatchObject({ status: 0 });
    expect(existsSync(folder.file('ran'))).toBe(true);
  });

  it('--dry-run tells what would not run', async () => {
    expect(await sbRun(['--dry-run', '--', 'no-such-program'])).toMatchObject({ status: 127, stdout: '' });
  });

  it.skipIf(missing('root'))('--dry-run tells what an ordinary user can not have', async () => {
    const ordinary = { uid: 65_534, gid: 65_534 };
    const { status, stderr } = await sbRun(['--dry-run', '--user', 'daemon'], ordinary);
    expect(status).toBe(125);
    expect(stderr).toMatch(/^sb-run: privdrop/);
    const soft = await sbRun(['--dry-run', '--user', 'daemon', '--prefer', 'privdrop'], ordinary);
    expect(soft.stdout).toMatch(/^unsupported +privdrop\.user +\S/m);
  });

  it('--explain says it in words, and runs nothing', async () => {
    using folder = temporaryFolder();
    const { status, stdout } = await sbRun(['--explain', '--connect-tcp', '443', '--', 'touch', folder.file('ran')]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^network .*connect_tcp: 443/m);
    expect(existsSync(folder.file('ran'))).toBe(false);
  });

  it.skipIf(missing('landlock7'))('--self-test attempts what is forbidden, and tells', async () => {
    const { status, stdout } = await sbRun(['--self-test']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^passed +landlock\.fs\.write_file +EACCES +EACCES +OK/m);
    // An ordinary user has no capability that could be given up.
    const unproved = missing('root') ? ', \\d+ prove nothing' : '';
    expect(stdout).toMatch(new RegExp(`\\d+ attempts passed${unproved}; in force: ${bestStatus}\n$`));
    expect((await sbRun(['--self-test', '--off', 'landlock'])).stdout).not.toMatch(/landlock/);
  });

  it.skipIf(missing('root', 'landlock7'))('--self-test doesn’t count what fails without the sandbox too', async () => {
    const { status, stdout } = await sbRun(['--self-test'], { uid: 65_534, gid: 65_534 });
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^unproved +caps\.capabilities +EPERM +EPERM +EPERM +has-permitted 0 \(it fails with EPERM without the sandbox too\)$/m,
    );
    const passed = stdout.split('\n').filter((line) => line.startsWith('passed ')).length;
    const unproved = stdout.split('\n').filter((line) => line.startsWith('unproved ')).length;
    expect(stdout).toMatch(new RegExp(`^${passed} attempts passed, ${unproved} prove nothing; in force: `, 'm'));
  });

  it('refuses a report of nothing', async () => {
    expect(await sbRun(['--dry-run', '--report'])).toMatchObject({ status: 125, stdout: '' });
  });
});

/** What a terminal would heed: category C, but for the ends of lines. */
const control = /(?!\n)\p{C}/u;

describe.skipIf(missing('linux'))('sb-run: names with control characters', () => {
  const evil = 'a\u001B]0;owned\u0007\u009B2J\u202E\n';

  it.each([
    ['--explain', 'read'],
    ['--dry-run', 'landlock.fs'],
  ])('do nothing to a terminal with %s', async (option, part) => {
    using folder = temporaryFolder();
    const path = folder.file(evil);
    writeFileSync(path, '#!/bin/sh\n', { mode: 0o755 });
    const { status, stdout } = await sbRun([option, '--ro', path, '--ro', '/usr', '--', path]);
    expect(status).toBe(0);
    expect(stdout).toContain(part);
    expect(stdout).toContain(String.raw`a\x1b]0;owned\x07\x9b2J\u202e\n`);
    expect(stdout).not.toMatch(control);
  });

  it('nor in what is said of a mistake', async () => {
    for (const args of [
      ['--', `/${evil}`],
      ['--ro', `/${evil}`, '--', 'true'],
      ['--user', evil, '--', 'true'],
      [`--${evil}`],
    ]) {
      const { status, stderr } = await sbRun(args);
      expect(status).not.toBe(0);
      expect(stderr).toContain('owned');
      expect(stderr).not.toMatch(control);
    }
  });
});

describe('sb-run: the report', () => {
  // Long enough to be read by the parent.
  const command = ['--', 'sleep', '0.5'];

  it('is child.enforcement', async () => {
    using folder = temporaryFolder();
    const file = folder.file('report.json');
    const policy = { landlock: { net: { connectTcp: [443] } } };
    const { report } = await startIn({ policy, program: 'sleep', args: ['0.5'] });
    expect(states(report)).toMatchObject({ 'landlock.net.connect_tcp': 'enforced' });
    const ran = await sbRun(['--connect-tcp', '443', `--report=${file}`, ...command]);
    expect(ran).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(report);
    const shown = await sbRun(['--connect-tcp', '443', '--report', ...command]);
    expect(JSON.parse(shown.stderr)).toEqual(report);
  });

  it('claims nothing where every layer is off', async () => {
    const off = ['--off', 'privdrop,caps,landlock,seccomp'];
    const { status, stderr } = await sbRun([...off, '--report', ...command]);
    expect({ status, said: (JSON.parse(stderr) as { status: string }).status }).toEqual({ status: 0, said: 'none' });
  });

  it('can go to a descriptor', async () => {
    using folder = temporaryFolder();
    const descriptors = [openSync(folder.file('report'), 'w')];
    await sbRun(['--report=/dev/fd/3', ...command], { descriptors });
    expect(JSON.parse(readFileSync(folder.file('report'), 'utf8'))).toMatchObject({ status: bestStatus });
  });

  it('is the error where nothing was run', async () => {
    using folder = temporaryFolder();
    const file = folder.file('report.json');
    writeFileSync(file, 'older and longer '.repeat(100));
    const { status } = await sbRun([`--report=${file}`, '--ro', folder.file('missing'), ...command]);
    expect(status).toBe(125);
    const { error } = JSON.parse(readFileSync(file, 'utf8')) as { error: unknown };
    expect(error).toMatchObject({ layer: 'landlock', step: 'open', errno: 'ENOENT' });
  });

  it('is refused before anything runs where its file can not be written', async () => {
    using folder = temporaryFolder();
    const file = folder.file('no', 'such', 'folder');
    const { status, stderr } = await sbRun([
      `--report=${file}`,
      '--rw',
      folder.path,
      '--',
      'touch',
      folder.file('ran'),
    ]);
    expect(status).toBe(125);
    const parent = folder.file('no', 'such');
    expect(stderr).toBe(
      `sb-run: directory ${parent} can't be used: ENOENT (no such file or directory). Create it first. Nothing was run.\n`,
    );
    expect(existsSync(folder.file('ran'))).toBe(false);
  });

  it('that does not fit on the disk is told, and the command is not blamed', async () => {
    const full = await sbRun(['--report=/dev/full', '--', 'true']);
    expect(full).toMatchObject({ status: 125, stderr: expect.stringMatching(/\/dev\/full: ENOSPC/) });
    expect(await sbRun(['--report=/dev/full', '--', 'sh', '-c', 'exit 7'])).toMatchObject({ status: 7 });
  });
});
