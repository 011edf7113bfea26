/* Mistakes in options are told by the option, never by the place in a policy that nobody has written. */
import { describe, expect, it } from 'vitest';

import { says, sbRun } from '../sb-run.js';

describe('a mistake in an option', () => {
  it.each([
    [['--deny', 'ptrase'], /^sb-run: --deny ptrase is not a system call\. Did you mean ptrace\? /],
    [['--deny', 'reboot,ptrase'], /^sb-run: --deny ptrase is not a system call\. Did you mean ptrace\? /],
    [['--allow', '@io-urin'], /^sb-run: --allow @io-urin is not .*\. Did you mean @io-uring\? /],
    [['--caps', 'net_bind_service'], /^sb-run: --caps net_bind_service is not .*Did you mean cap_net_bind_service\? /],
    [['--caps', 'cap_chwon'], /^sb-run: --caps cap_chwon is not a capability\. Did you mean cap_chown\? /],
    [['--seccomp', 'deny-dangerus'], /^sb-run: --seccomp deny-dangerus is neither .*Did you mean deny-dangerous\? /],
    [['--require', 'landlok'], /^sb-run: --require landlok names an unknown layer\. Did you mean landlock\? /],
    [['--rlimit', 'nofle=3'], /^sb-run: --rlimit nofle is unknown\. Did you mean "?nofile"?\? /],
    [['--connect-tcp', '99999'], /^sb-run: --connect-tcp 99999 is not a port from 1 to 65535\. /],
    [['--connect-tcp', '80,99999'], /^sb-run: --connect-tcp 99999 is not a port/],
    [['--bind-tcp', '70000'], /^sb-run: --bind-tcp 70000 is not a port/],
    [['--scope', 'signals'], /^sb-run: --scope signals /],
    [['--require', 'process.cgroup'], /^sb-run: .*names process\.cgroup, and no such limit is set\. Add --memory/],
    [['--unix', '/nonexist/socket'], /^sb-run: --unix \/nonexist\/socket: no such file or directory\. Name the socket/],
    [
      ['--denials=-'],
      /^sb-run: --denials=- names no file\. .*--denials=\/dev\/stderr for JSON\. Write \.\/- for a file/,
    ],
    [['--report=-'], /^sb-run: --report=- names no file\. .*Write \.\/- for a file/],
    [['--denials=/dev/fd/0'], /^sb-run: cannot write to \/dev\/fd\/0: it is not open for writing\./],
  ])('%j names it and its value', async (args, said) => {
    const { status, stderr } = await sbRun([...args, '--', 'true']);
    expect(status).toBe(125);
    expect(stderr).toMatch(said);
    expect(stderr).not.toMatch(/connectTcp|bindTcp|\[\d|rlimits/);
  });

  it('twin: valid options are accepted', async () => {
    const options = ['--deny', 'ptrace', '--caps', 'none', '--require', 'landlock', '--connect-tcp', '80'];
    expect(await sbRun([...options, '--', 'true'])).toMatchObject({ status: 0, stderr: '' });
  });
});

describe('--rlimit', () => {
  it.each([
    ['as=2G', 'Max address space', 2 ** 31],
    ['fsize=100M', 'Max file size', 100 * 2 ** 20],
    ['fsize=3k', 'Max file size', 3072],
    ['data=1T', 'Max data size', 2 ** 40],
    ['nofile=64', 'Max open files', 64],
  ])('%s is %s of %i', async (limit, name, value) => {
    const line = await says(['--rlimit', limit], `grep '^${name} ' /proc/self/limits`);
    expect(line.slice(name.length).trim().split(/\s+/).slice(0, 2)).toEqual([String(value), String(value)]);
  });

  it.each([
    ['nofile=2K', /--rlimit nofile=2K has a unit, but nofile is not in bytes/],
    ['as=2X', /--rlimit as=2X is not a number\. .*with or without K, M, G or T/],
    ['as=G', /--rlimit as=G is not a number/],
    ['as=9999999T', /--rlimit as=9999999T is not a number/],
    ['as=-1', /--rlimit as=-1 is not a number/],
  ])('%s is refused', async (limit, said) => {
    const { status, stderr } = await sbRun(['--rlimit', limit, '--', 'true']);
    expect([status, stderr]).toEqual([125, expect.stringMatching(said)]);
  });
});
