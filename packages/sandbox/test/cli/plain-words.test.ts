/* A message names the option that was given, what is wrong with it, and what helps. */
import { describe, expect, it } from 'vitest';

import { sbRun } from '../sb-run.js';

const missing = '/nothing-sb-run/there';

describe('sb-run says plainly', () => {
  it.each<[args: readonly string[], message: string]>([
    [['--memory', '64'], '--memory 64 is too small. The least is 64K.'],
    [['--pids', '0'], '--pids 0 is too small. The least is 1.'],
    [['--pids', '4194305'], '--pids 4194305 is too large. The most is 4194304.'],
    [['--cpu', '0%'], '--cpu 0% is too small. The least is 1%.'],
    [['--cpu', '100001%'], '--cpu 100001% is too large. The most is 100000%.'],
    [['--allow', 'mount', '--deny', 'mount'], '--allow and --deny both name mount. Leave one of them out.'],
    [['--require', 'caps', '--off', 'caps'], '--off and --require both name caps. Leave one of them out.'],
    [
      ['--profile', 'project', '--fs', 'minimal'],
      '--profile and --fs both choose the files. Leave one out. --ro, --rx, --rw and --rwx add files to a profile.',
    ],
    [['--user', '99999999999'], '--user 99999999999 is not an id. The largest is 4294967294.'],
    [['--user', 'root:4294967295'], '--user 4294967295 is not an id. The largest is 4294967294.'],
    [['--rlimit', 'nofile=x'], '--rlimit nofile=x is not a number. Write it in digits.'],
    [['--why', 'rename'], '--why rename needs two paths. Write, for instance: --why "rename /tmp/old /tmp/new"'],
    [['--why', 'call'], '--why call needs a system call. Write, for instance: --why "call ptrace"'],
    [['--why', 'bind'], '--why bind needs a port. Write, for instance: --why "bind 443"'],
    [
      ['--cwd', missing],
      `sandbox, step cwd: entering the working directory ${missing} failed: chdir: ENOENT. It does not exist. Create the working directory, or name another. The target was not run.`,
    ],
    [
      ['--cwd', '/etc/passwd'],
      'sandbox, step cwd: entering the working directory /etc/passwd failed: chdir: ENOTDIR. It is not a directory, or a part of its path is not. Name a directory. The target was not run.',
    ],
    [
      ['--rlimit', 'nofile=5'],
      'landlock, step landlock_create_ruleset: landlock_create_ruleset failed: EMFILE. Close some descriptors, or raise --rlimit nofile. The target was not run.',
    ],
    [
      ['--ro', missing],
      `landlock, step open: openat("${missing}", read_file|read_dir) failed: ENOENT. Write --ro? in place of --ro if it need not exist, or create it. The target was not run.`,
    ],
    [
      ['--rw', missing],
      `landlock, step allows: "${missing}" does not exist. Write --rw? in place of --rw if it need not exist, or create it.`,
    ],
  ])('%j', async (args, message) => {
    const { status, stderr } = await sbRun([...args, '--', 'true']);
    expect([status, stderr]).toEqual([125, `sb-run: ${message}\n`]);
  });

  it('why a file is not a policy of system calls', async () => {
    const { stderr } = await sbRun(['--seccomp', '/etc/passwd', '--', 'true']);
    expect(stderr).toMatch(/^sb-run: \/etc\/passwd is not JSON: \S/);
  });

  it('where a command was sought, each place once', async () => {
    const { status, stderr } = await sbRun(['--env', 'PATH=/usr/bin:/bin:/usr/bin', '--', 'nothing-sb']);
    expect(status).toBe(127);
    expect(stderr).toMatch(
      /Searched at \/usr\/bin\/nothing-sb, \/bin\/nothing-sb\. The PATH of the sandbox lists these directories; that of/,
    );
    const usual = await sbRun(['--', 'nothing-sb']);
    expect(usual.stderr).toMatch(/nothing-sb\. The PATH of the sandbox lists these directories\.$/m);
  });

  it.each([['--ro'], ['--rw']])('that the shell has not replaced ~ after %s', async (option) => {
    const { status, stderr } = await sbRun([`${option}=~/nothing-sb`, '--', 'true']);
    expect(status).toBe(125);
    expect(stderr).toContain(
      `The shell has not replaced ~ by the home directory. Write it without quotes, after a blank: ${option} ~/FILE`,
    );
  });

  it.each([
    ['call mount', 'deny-dangerous denies @deny-dangerous, which contains mount (EPERM)'],
    ['call clone3', 'the filter denies clone3, because it cannot check its arguments (ENOSYS)'],
    ['bind 80', 'a rule in addition to deny-dangerous denies listen (EPERM)'],
  ])('which part of the filter answers %s', async (attempt, reason) => {
    const { status, stdout } = await sbRun(['--why', attempt]);
    expect(status).toBe(1);
    expect(stdout.split('\n', 2)[1]).toBe(`  seccomp: ${reason}`);
  });

  it('nothing about options where none names the missing path', async () => {
    const { stderr } = await sbRun(['--why', `remove ${missing}`]);
    expect(stderr).toContain('leads nowhere');
    expect(stderr).not.toMatch(/--r[ow]/);
  });
});
