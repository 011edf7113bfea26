import { policy, ro, rw } from '@sb/landlock';
import { policy as seccompPolicy, type SeccompOptions, syscallNumber } from '@sb/seccomp';
import { describe, expect, it } from 'vitest';

import { Explainer } from './explanation.js';

const explainer = new Explainer({
  landlock: policy({ abi: 7, paths: [ro('/'), ro('/srv'), rw('/srv/sb-nothing/out')] }),
});

function explained(right: number, path: string | Buffer, other = '') {
  const denied = { pid: 5, errno: 'EACCES', call: 'openat', program: Buffer.from('sh') };
  const paths = { path: Buffer.from(path), other: Buffer.from(other) };
  return explainer.explain({ ...denied, ...paths, right }, new Date(0));
}

/** Bits of linux/landlock.h. */
const [EXECUTE, WRITE_FILE, READ_FILE, REMOVE_FILE, MAKE_CHAR, MAKE_REG, REFER, RESOLVE_UNIX] = [
  0, 1, 2, 5, 6, 8, 13, 16,
];

describe('a denial', () => {
  it('has the nearest rule above, by its text alone: nothing is there', () => {
    expect(explained(WRITE_FILE, '/srv/sb-nothing/x')).toMatchObject({ right: 'write_file', rule: '/srv' });
    expect(explained(WRITE_FILE, '/srv/sb-nothing/outer/x').rule).toBe('/srv');
    expect(explained(EXECUTE, '/srv/sb-nothing/out/x/y').rule).toBe('/srv/sb-nothing/out');
    expect(explained(EXECUTE, '/').rule).toBe('/');
    expect(
      new Explainer({ landlock: policy({ abi: 7, paths: [ro('/srv')] }) }).explain(
        {
          pid: 1,
          errno: 'EACCES',
          call: 'open',
          program: Buffer.of(),
          path: Buffer.from('/etc'),
          right: 2,
          other: Buffer.of(),
        },
        new Date(0),
      ).rule,
    ).toBeUndefined();
  });

  it.each([
    [READ_FILE, '/a/b', '', { options: ['--ro', '/a/b'], path: { ro: '/a/b' } }],
    [EXECUTE, '/a/b', '', { options: ['--rx', '/a/b'], path: { rx: '/a/b' } }],
    [WRITE_FILE, '/a/b', '', { options: ['--rw', '/a/b'], path: { rw: '/a/b' } }],
    [MAKE_REG, '/a/b', '', { options: ['--rw', '/a'], path: { rw: '/a' } }],
    [REMOVE_FILE, '/a', '', { options: ['--rw', '/'], path: { rw: '/' } }],
    [REMOVE_FILE, '/a/b', '/a/c', { options: ['--rw', '/a'], path: { rw: '/a' } }],
    [REFER, '/a/b', '/c/d', { path: { rw: ['/a', '/c'], refer: true } }],
    [RESOLVE_UNIX, '/a/b', '', { options: ['--unix', '/a/b'], path: { paths: ['/a/b'], rights: ['resolve_unix'] } }],
    [MAKE_CHAR, '/a/b', '', { path: { paths: ['/a'], rights: ['make_char'] } }],
    [READ_FILE, '/proc/77/environ', '', { options: ['--ro', '/proc'], path: { ro: '/proc' } }],
  ] as const)('of right %i on %s%s says what to add', (right, path, other, add) => {
    expect(explained(right, path, other).add).toEqual(add);
  });

  it.each([
    ['without the capability', 80, [], undefined],
    ['with it', 80, ['cap_net_bind_service'], 80],
    ['where nothing restricts capabilities', 80, undefined, 80],
    ['of a port that everybody may bind', 65_000, [], 65_000],
    ['of any free port', 0, [], 0],
  ] as const)('of binding a port says only what is enough: %s', (_, port, kept, added) => {
    const call = { pid: 5, errno: 'EACCES', call: 'bind', program: Buffer.from('sh'), other: Buffer.of() };
    const { add } = new Explainer({ landlock: policy({ abi: 7, paths: [] }), kept }).explain(
      { ...call, path: Buffer.from(String(port)), right: 32 },
      new Date(0),
    );
    expect(add?.net?.bindTcp).toEqual(added === undefined ? undefined : [added]);
    expect(add === undefined).toBe(added === undefined);
  });

  it('of a name that is not text adds nothing', () => {
    expect(explained(READ_FILE, Buffer.from([0x2f, 0xff]))).toMatchObject({ path: '/\uFFFD' });
    expect(explained(READ_FILE, Buffer.from([0x2f, 0xff])).add).toBeUndefined();
  });

  it('of tracing has the process, and perhaps what was named in proc(5), and nothing to add', () => {
    const { layer, call, errno, target, path, right, rule, add } = explained(51, '7');
    expect({ layer, call, errno, target, path, right, rule, add }).toEqual({
      layer: 'landlock',
      call: 'openat',
      errno: 'EACCES',
      target: 7,
      right: 'ptrace',
    });
    expect(explained(51, '/proc/7/maps', '7')).toMatchObject({ path: '/proc/7/maps', target: 7, right: 'ptrace' });
    expect(explained(51, '/proc/7/maps', '7')).not.toHaveProperty('to');
  });

  it.each([
    [['signal', 'abstract_unix_socket'], ['--scope', 'abstract_unix_socket'], ['abstract_unix_socket']],
    [['signal'], ['--scope', 'none'], []],
  ] as const)('of a signal under %j keeps the other scopes', (scope, options, rest) => {
    const landlock = policy({ abi: 7, paths: [], scope });
    const call = { pid: 5, errno: 'EPERM', call: 'kill', program: Buffer.from('sh'), other: Buffer.of() };
    const told = new Explainer({ landlock }).explain({ ...call, path: Buffer.from('77'), right: 49 }, new Date(0));
    expect(told).toMatchObject({ layer: 'landlock', target: 77, right: 'signal', add: { options, scope: rest } });
  });
});

it.each([
  ['616263', '@abc'],
  ['', '@'],
  ['2f746d702f5830', '@/tmp/X0'],
  ['005c1b0aff40', String.raw`@\x00\x5c\x1b\x0a\xff@`],
])('a denial of the abstract socket %s is shown as %s, and keeps the other scope', (name, target) => {
  const landlock = policy({ abi: 7, paths: [], scope: ['signal', 'abstract_unix_socket'] });
  const call = { pid: 5, errno: 'EPERM', call: 'connect', program: Buffer.from('sh'), other: Buffer.of(), right: 50 };
  const told = new Explainer({ landlock }).explain({ ...call, path: Buffer.from(`@${name}`) }, new Date(0));
  const add = { options: ['--scope', 'signal'], scope: ['signal'] };
  expect(told).toMatchObject({ layer: 'landlock', target, right: 'abstract_unix_socket', add });
});

describe('a call that the filter denied', () => {
  const call = { pid: 5, errno: 'EPERM', call: 'filter', program: Buffer.from('sh'), other: Buffer.of(), right: 48 };
  const denied = (options: SeccompOptions, name: string, ...args: readonly number[]) => {
    const landlock = policy({ abi: 7, paths: [] });
    const words = [0xc000_003e, syscallNumber(name, 'x86_64') ?? -1, ...args, 0, 0, 0, 0, 0, 0].slice(0, 8);
    const path = Buffer.from(words.map((word) => word.toString(16)).join(' '));
    return new Explainer({ landlock, seccomp: seccompPolicy(options) }).explain({ ...call, path }, new Date(0));
  };

  it('has its name, what denies it, and the option that is enough', () => {
    expect(denied({ base: 'deny-dangerous' }, 'mount')).toMatchObject({
      layer: 'seccomp',
      call: 'mount',
      errno: 'EPERM',
      rule: 'deny-dangerous denies @deny-dangerous, which contains mount',
      add: { options: ['--allow', 'mount'], allow: ['mount'] },
    });
    expect(denied({ base: 'deny-dangerous' }, 'mount').right).toBeUndefined();
  });

  it('has no addition where none is enough, or where the policy itself denies it', () => {
    expect(denied({ base: 'deny-dangerous', deny: ['ptrace'] }, 'ptrace').add).toBeUndefined();
    const rules = [{ syscall: 'ptrace', action: { action: 'errno', errno: 'EPERM' } }] as const;
    expect(denied({ base: 'deny-dangerous', rules }, 'ptrace').add).toBeUndefined();
    expect(denied({ base: 'deny-dangerous', sockets: ['AF_INET'] }, 'socket', 16).add).toBeUndefined();
    expect(denied({ base: 'deny-dangerous', sockets: ['AF_INET'] }, 'socket', 1).add).toEqual({
      options: ['--unix', 'any'],
      unix: 'any',
    });
  });

  it('of an unknown table has its number', () => {
    const landlock = policy({ abi: 7, paths: [] });
    const path = Buffer.from('7 ff 0 0 0 0 0 0');
    expect(new Explainer({ landlock }).explain({ ...call, path }, new Date(0))).toMatchObject({ call: '255' });
  });
});
