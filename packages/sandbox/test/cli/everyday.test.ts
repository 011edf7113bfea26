/* What people expect of a command: optional paths, lines for the shell, policy files that mean the same from everywhere. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

import { missing, nodeReleases, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { says, sbRun } from '../sb-run.js';

describe.skipIf(missing('linux', 'landlock7'))('sb-run --rw?', () => {
  it('grants a path that is there, and goes on without one that is not: --rw is the control', async () => {
    using folder = temporaryFolder(0o777);
    const write = `(echo x > ${folder.file('f')}) 2>&1 | grep -o denied; cat ${folder.file('f')} 2>/dev/null`;
    expect(await says(['--rw?', folder.path], write)).toBe('x');
    expect(await says(['--rw?', folder.file('not-there'), `--rw?=${folder.file('neither')}`], 'echo ran')).toBe('ran');
    const { status, stderr } = await sbRun(['--rw', folder.file('not-there'), '--', 'true']);
    expect([status, stderr]).toEqual([125, expect.stringContaining('not-there')]);
  });

  it('grants no more than it says', async () => {
    using folder = temporaryFolder(0o777);
    writeFileSync(folder.file('f'), 'old\n');
    const write = `(echo x > ${folder.file('f')}) 2>&1 | grep -o denied; cat ${folder.file('f')}`;
    expect(await says(['--ro?', folder.path], write)).toBe('denied\nold');
  });
});

describe('sb-run -c', () => {
  it('runs a line of the shell, with arguments behind --', async () => {
    const { status, stdout } = await sbRun(['-c', 'echo "$0 $1 $#"; exit 7', '--', 'a b', 'c']);
    expect([status, stdout]).toEqual([7, 'sh a b 2\n']);
    expect((await sbRun(['--shell=echo x | cat'])).stdout).toBe('x\n');
    expect((await sbRun(['-c'])).stderr).toMatch(/-c needs a value\. Write -c LINE/);
  });
});

describe.skipIf(missing('linux', 'landlock7'))('a policy file', () => {
  it('names paths from its own directory, from any place', async () => {
    using folder = temporaryFolder(0o755);
    mkdirSync(folder.file('project/out'), { recursive: true });
    mkdirSync(folder.file('elsewhere/out'), { recursive: true });
    const policy = { landlock: { paths: [{ rw: ['out'] }, { paths: ['./out'], rights: ['read_dir'] }] }, cwd: 'out' };
    writeFileSync(folder.file('project/policy.json'), JSON.stringify(policy));
    const words = ['--policy', '../project/policy.json'];
    const line = `pwd; echo x > f; (echo y > ${folder.file('elsewhere/out/f')}) 2>&1 | grep -o denied`;
    expect(await says(words, line, { cwd: folder.file('elsewhere') })).toBe(`${folder.file('project/out')}\ndenied`);
    expect(readFileSync(folder.file('project/out/f'), 'utf8')).toBe('x\n');
  });
});

describe('a program', () => {
  it('is found on the PATH of the caller, by the plan as well', async () => {
    using folder = temporaryFolder(0o755);
    writeFileSync(folder.file('sb-test-tool'), '#!/bin/sh\necho tool\n', { mode: 0o755 });
    const env = { ...process.env, PATH: `${folder.path}:${process.env['PATH']}` };
    expect((await sbRun(['--', 'sb-test-tool'], { env })).stdout).toBe('tool\n');
    const { stdout } = await sbRun(['--dry-run', '--', 'sb-test-tool'], { env });
    expect(stdout).toMatch(new RegExp(`^would run: ${folder.file('sb-test-tool')}$`, 'm'));
  });
});

describe('what kept a command from running', () => {
  it.each<readonly [name: string, args: readonly string[], error: object]>([
    [
      'an option that does not exist',
      ['--no-such'],
      { code: 'usage', message: expect.stringMatching(/unknown option/) },
    ],
    ['a value that is none', ['--rlimit', 'nofile=x', '--', 'true'], { code: 'usage' }],
    ['no command', [], { code: 'usage', message: expect.stringMatching(/the command is missing/) }],
    ['a program that is not there', ['--', 'no-such-program'], { code: 'not-found', layer: 'sandbox' }],
    ['a user that is not there', ['--user', 'no-such-user', '--', 'true'], { code: 'unknown-user' }],
  ])('is in the report: %s', async (_, args, error) => {
    using folder = temporaryFolder(0o755);
    const file = folder.file('report');
    const { status } = await sbRun([`--report=${file}`, ...args]);
    expect([125, 127]).toContain(status);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ error: expect.objectContaining(error) });
  });

  it.each([
    ['a line of the shell', ['-c']],
    ['a path', ['--ro']],
    ['a policy', ['--policy']],
    ['a variable', ['--env']],
  ])('is written to no file that somebody’s value names: %s', async (_, option) => {
    using folder = temporaryFolder(0o755);
    const file = folder.file('precious');
    writeFileSync(file, 'kept');
    for (const rest of [[], ['--', 'true']]) {
      expect((await sbRun([...option, `--report=${file}`, ...rest])).status).toBe(125);
      expect(readFileSync(file, 'utf8')).toBe('kept');
    }
  });

  it('is told apart from a 125 of the program’s own', async () => {
    using folder = temporaryFolder(0o755);
    const file = folder.file('report');
    expect((await sbRun([`--report=${file}`, '-c', 'exit 125'])).status).toBe(125);
    expect(JSON.parse(readFileSync(file, 'utf8'))).not.toHaveProperty('error');
  });
});

describe.skipIf(missing('linux', 'landlock7'))('a script of Node under --fs minimal', () => {
  it.each(nodeReleases())('works on $version, or says what to grant', async ({ version, file }) => {
    using folder = temporaryFolder(0o755);
    mkdirSync(folder.file('package/src'), { recursive: true });
    writeFileSync(folder.file('package/package.json'), '{}');
    const script = folder.file('package/src/a.js');
    writeFileSync(script, 'console.log("ran"); process.exitCode = Number(process.argv[2])');
    const granted = ['--fs', 'minimal', '--ro', folder.file('package/src')];
    const config = folder.file('package/package.json');
    const [major = 0] = version.slice(1).split('.').map(Number);
    const first = await sbRun([...granted, '--', file, script, '0']);
    const hint = `sb-run: Node 24 and later reads ${config} before ${script}, and the sandbox denies it. Add --ro ${config}, or `;
    if (major >= 24) expect(first).toMatchObject({ status: 1, stderr: expect.stringContaining(hint) as string });
    else expect(first).toMatchObject({ status: 0, stdout: 'ran\n', stderr: '' });
    // What it says is enough, and it says nothing of a failure of the script's own.
    const second = await sbRun([...granted, '--ro', config, '--', file, script, '1']);
    expect(second).toMatchObject({ status: 1, stdout: 'ran\n', stderr: '' });
  });
});
