import { allows, type FsRight } from '@sb/landlock';
import { describe, expect, it } from 'vitest';

import { absolutePaths, landlockPolicy } from './filesystem.js';
import { topFolders } from './top-folders.js';
import type { LandlockChoice } from './options.js';

const may = (choice: LandlockChoice, path: string, right: FsRight, program: readonly string[] = []) =>
  allows(landlockPolicy(choice, { program, top: topFolders }), { path, right }).allowed;

describe('landlockPolicy', () => {
  it.each<[LandlockChoice, string, FsRight, boolean]>([
    [{}, '/etc/passwd', 'read_file', true],
    [{}, '/usr/bin/sh', 'execute', true],
    [{}, '/etc/passwd', 'write_file', false],
    [{}, '/', 'read_dir', true],
    [{}, '/dev', 'read_dir', true],
    [{}, '/dev/urandom', 'read_file', true],
    [{}, '/dev/urandom', 'write_file', false],
    [{}, '/dev/zero', 'read_file', true],
    [{}, '/dev/ptmx', 'read_file', false],
    [{}, '/dev/tty', 'read_file', false],
    [{}, '/dev/pts', 'read_file', false],
    [{}, '/dev/shm', 'read_file', false],
    [{ paths: [{ ro: '/dev/tty' }] }, '/dev/tty', 'read_file', true],
    [{ paths: [{ rw: '/dev/shm' }] }, '/dev/shm/x', 'make_reg', true],
    [{ paths: [{ ro: '/usr' }] }, '/usr/bin/sh', 'execute', true],
    [{ paths: [{ rw: '/usr' }] }, '/usr/bin/sh', 'execute', true],
    [{ paths: [{ rwx: '/usr' }] }, '/usr/bin/sh', 'execute', true],
    [{ paths: [{ rx: '/' }] }, '/dev/tty', 'read_file', true],
    [{ preset: 'minimal' }, '/dev/tty', 'read_file', false],
    [{ preset: 'minimal' }, '/etc/ssl', 'read_file', false],
    [{}, '/tmp', 'make_reg', false],
    [{}, '/dev/null', 'write_file', true],
    [{ preset: 'minimal' }, '/etc/passwd', 'read_file', false],
    [{ preset: 'minimal' }, '/etc/resolv.conf', 'read_file', true],
    [{ preset: 'minimal' }, '/usr/lib/libc.so', 'execute', true],
    [{ preset: 'minimal' }, '/usr/bin/env', 'execute', false],
    [{ preset: 'minimal' }, '/dev/null', 'write_file', true],
    [{ preset: 'none', paths: [] }, '/etc/hosts', 'read_file', false],
    [{ preset: 'none', paths: [] }, '/dev/null', 'write_file', false],
    [{ preset: 'none', paths: [{ ro: '/srv' }] }, '/srv/a', 'read_file', true],
    [{ preset: 'none', paths: [{ ro: '/srv' }] }, '/srv/a', 'execute', false],
    [{ preset: 'none', paths: [{ rx: '/srv' }] }, '/srv/a', 'execute', true],
    [{ preset: 'none', paths: [{ rw: '/srv' }] }, '/srv/a', 'write_file', true],
    [{ preset: 'none', paths: [{ rw: '/srv' }] }, '/srv/a', 'execute', false],
    [{ preset: 'none', paths: [{ rwx: '/srv' }] }, '/srv/a', 'execute', true],
    [{ preset: 'none', paths: [{ list: '/srv' }] }, '/srv', 'read_dir', true],
    [{ preset: 'none', paths: [{ list: '/srv' }] }, '/srv/a', 'read_file', false],
    [{ paths: [{ rw: ['/srv', '/var'] }] }, '/var/lib', 'make_dir', true],
    [{ paths: [{ rw: ['/srv', '/var'] }] }, '/usr', 'make_dir', false],
    [{ paths: [{ rw: '/var' }] }, '/var/lib', 'refer', false],
    [{ paths: [{ rw: '/var', refer: true }] }, '/var/lib', 'refer', true],
  ])('%j: %s %s is %s', (choice, path, right, expected) => {
    expect(may(choice, path, right)).toBe(expected);
  });

  it('looks at no folder where it is only checked', () => {
    expect(landlockPolicy({}).paths.filter(({ rights }) => rights.includes('execute'))).toEqual([]);
  });

  it('takes every path that a preset grants from the policy too, whatever the access', () => {
    const paths = ['/etc', '/dev/urandom', '/dev/zero', '/usr'];
    for (const access of ['ro', 'rx', 'rw', 'rwx'] as const) {
      const policy = landlockPolicy({ paths: paths.map((path) => ({ [access]: path })) }, { top: topFolders });
      expect(policy.paths.length).toBeGreaterThan(paths.length);
    }
  });

  it('grants the program itself with minimal, and only there', () => {
    const program = ['/usr/bin/env'];
    expect(may({ preset: 'minimal' }, '/usr/bin/env', 'execute', program)).toBe(true);
    expect(may({ preset: 'none', paths: [] }, '/usr/bin/env', 'execute', program)).toBe(false);
  });

  it.each<[LandlockChoice, readonly string[], readonly string[]]>([
    [{}, ['bind_tcp'], ['abstract_unix_socket', 'signal']],
    [{ preset: 'minimal' }, ['bind_tcp'], ['abstract_unix_socket', 'signal']],
    [{ preset: 'none', paths: [] }, [], []],
    [{ net: { connectTcp: [443] } }, ['bind_tcp', 'connect_tcp'], ['abstract_unix_socket', 'signal']],
    [{ net: { bindTcp: 'any' } }, [], ['abstract_unix_socket', 'signal']],
    [{ net: { bindTcp: [80] }, scope: ['signal'] }, ['bind_tcp'], ['signal']],
    [{ scope: [] }, ['bind_tcp'], []],
  ])('%j restricts the ports %j and the scopes %j', (choice, net, scope) => {
    const policy = landlockPolicy(choice);
    expect([policy.handled.net, policy.scope]).toEqual([net, scope]);
  });

  it('restricts no file where nothing is said of any', () => {
    expect(landlockPolicy({ preset: 'none', scope: ['signal'] }).handled.fs).toEqual([]);
    expect(landlockPolicy({ preset: 'none', scope: ['signal'], paths: [] }).handled.fs).toContain('execute');
  });

  it.each<[unknown, RegExp]>([
    [{ preset: 'none' }, /restricts nothing/],
    [{ paths: [{}] }, /paths\[0\] names not exactly one kind/],
    [{ paths: [{ ro: '/a', rw: '/a' }] }, /paths\[0\] names not exactly one kind/],
    [{ paths: [{ ro: [] }] }, /paths\[0\]\.ro is empty/],
    [{ paths: [{ ro: ['/a', ''] }] }, /paths\[0\]\.ro\[1\] "" is no text/],
    [{ paths: [{ read: '/a' }] }, /paths\[0\]\.read is unknown/],
    [{ paths: [{ ro: '/a', optional: 'yes' }] }, /optional "yes" is neither/],
    [{ paths: 'x' }, /landlock\.paths "x" is no list/],
    [{ paths: ['x'] }, /paths\[0\] is no object/],
    [{ net: [] }, /landlock\.net is no object/],
    [{ net: { conectTcp: 'any' } }, /net\.conectTcp is unknown/],
  ])('refuses %j', (choice, message) => {
    expect(() => landlockPolicy(choice as LandlockChoice)).toThrow(message);
  });
});

describe('absolutePaths', () => {
  it('takes paths from our working directory, whatever the form of the rule', () => {
    const { paths } = absolutePaths({
      paths: [{ ro: ['a', '/b'] }, { paths: ['c'], rights: ['execute'] }],
    });
    const here = process.cwd();
    expect(paths).toMatchObject([{ paths: [`${here}/a`, '/b'] }, { paths: [`${here}/c`] }]);
  });

  it('adds no list where there is none', () => {
    expect(absolutePaths({ preset: 'none', scope: [] })).toEqual({ preset: 'none', scope: [] });
  });
});
