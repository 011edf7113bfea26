import { allows, type FsRight } from '@sb/landlock';
import { describe, expect, it } from 'vitest';

import { landlockPolicy, withProgram, withTop } from './filesystem.js';
import { topFolders } from './top-folders.js';
import type { LandlockChoice } from './options.js';

const whole = (choice: LandlockChoice, program: readonly string[] = []) => {
  const made = landlockPolicy(choice);
  if ((choice.preset ?? 'read-only') === 'read-only') return withTop(made, topFolders());
  const files = program.map((path) => ({ path, identity: { device: '1', inode: '2' } }));
  return choice.preset === 'minimal' ? withProgram(made, files) : made;
};

const may = (choice: LandlockChoice, path: string, right: FsRight, program: readonly string[] = []) =>
  allows(whole(choice, program), { path, right }).allowed;

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

  it('examines no directory if it is only checked', () => {
    expect(landlockPolicy({}).paths.filter(({ rights }) => rights.includes('execute'))).toEqual([]);
  });

  it('takes every path that a preset grants from the policy too, with every access', () => {
    const paths = ['/etc', '/dev/urandom', '/dev/zero', '/usr'];
    for (const access of ['ro', 'rx', 'rw', 'rwx'] as const) {
      const policy = whole({ paths: paths.map((path) => ({ [access]: path })) });
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

  it('refuses to restrict nothing', () => {
    expect(() => landlockPolicy({ preset: 'none' })).toThrow(/restricts nothing/);
  });

  it.each<[LandlockChoice, number]>([
    [{ preset: 'minimal', paths: [{ rx: '/lib' }] }, 0],
    [{ preset: 'minimal', paths: [{ ro: '/lib' }] }, 1],
    [{ paths: [{ list: '/' }] }, 0],
    [{ paths: [{ ro: '/' }] }, 0],
    [{ paths: [{ rw: '/tmp' }, { rw: '/tmp' }, { ro: '/tmp' }] }, 1],
    [{ paths: [{ ro: '/dev/zero' }, { rw: '/dev/null' }] }, 1],
  ])('%j says more than the preset, or the same again, and is merged', (choice, more) => {
    const { paths: _, ...alone } = choice;
    expect(landlockPolicy(choice).paths).toHaveLength(landlockPolicy(alone).paths.length + more);
    expect(() => whole(choice)).not.toThrow();
  });
});
