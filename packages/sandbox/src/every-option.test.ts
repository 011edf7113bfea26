import type { Reader } from '@sb/core/document';
import { walkOptions } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { forkReader, runReader } from './child/run-documents.js';
import { spawnReader } from './child/spawn-documents.js';
import { restrictSelfReader } from './self/restrict-self-document.js';
import { definePolicy } from './policy/define.js';
import { policyReader } from './policy/documents.js';
import { documentPlace } from './errors.js';
import { rlimitNumbers } from './policy/rlimits.js';
import { restrictSelf } from './self/restrict-self.js';
import { createSandbox } from './sandbox.js';

const access = ['ro', 'rx', 'rw', 'rwx', 'list'].map((name) => ({
  [name]: ['/srv', '/usr'],
  optional: true,
  refer: true,
}));
const action = { action: 'errno', errno: 'EPERM' };
const actions = [
  ...['kill-process', 'kill-thread', 'user-notify', 'log', 'allow'].map((name) => ({ action: name })),
  action,
  { action: 'trap', data: 1 },
  { action: 'trace', data: 1 },
];
const plain = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'].flatMap((name) => [`${name}32`, `${name}64`]);
const masked = ['maskedEq32', 'maskedNe32', 'maskedEq64', 'maskedNe64'];
const comparisons: readonly object[] = [
  ...plain.map((compare) => ({ arg: 0, compare, value: 1 })),
  ...masked.map((compare) => ({ arg: 0, compare, value: 1, mask: 1 })),
];

const everything = {
  $schema: 'policy.schema.json',
  version: 1,
  user: { user: 'nobody', group: 65_534 },
  groups: ['audio', 20],
  privateGroup: 'require',
  caps: {
    keep: ['cap_chown'],
    ambient: ['cap_chown'],
    inheritable: ['cap_chown'],
    bounding: ['cap_chown'],
    securebits: 'lock',
  },
  landlock: {
    preset: 'minimal',
    abi: 12,
    paths: [
      ...access,
      { paths: ['/x'], rights: ['read_file'], exact: true, optional: true, refer: true, quiet: true, file: true },
      { paths: ['/x'], rights: ['read_file'], file: { device: '1', inode: '2' } },
    ],
    handle: ['read_file', 'read_dir', 'execute', 'write_file', 'refer', 'truncate', 'unsafe_unknown_bit_30'],
    net: { connectTcp: [443], bindTcp: 'any', connectSendUdp: [53], bindUdp: [0], unsafe_unknown_bit_30: [1] },
    scope: ['signal'],
    log: { sameExec: true, newExec: true, subdomains: false },
  },
  seccomp: {
    layer: 'seccomp',
    base: 'deny-all',
    deny: ['ptrace', '@io-uring'],
    allow: ['read'],
    rules: actions.map((one, index) => ({ syscall: 'write', when: index === 0 ? comparisons : [], action: one })),
    sockets: ['AF_UNIX'],
    denied: 'kill-process',
    unknown: action,
    foreign: 'kill-thread',
    x32: { action: 'trap', data: 2 },
    architectures: ['x86_64'],
  },
  unix: ['/run/dbus'],
  ipc: true,
  cgroup: { memory: 65_536, pids: 50, cpu: 150 },
  rlimits: Object.fromEntries(Object.keys(rlimitNumbers).map((name) => [name, 64])),
  env: { PATH: '/usr/bin' },
  tmp: 'private',
  home: 'tmp',
  cwd: '/tmp',
  umask: 0o077,
  keepDescriptors: [3, 9],
  newSession: false,
  dieWithParent: true,
  execOnce: false,
  require: ['seccomp'],
  prefer: ['landlock'],
  off: ['caps.securebits'],
};

describe('every option', () => {
  it('of a sandbox is read: no typo, undefined, null, inherited key, other kind or endless value passes', () => {
    const take = (value: unknown): unknown => definePolicy(value);
    const walk = walkOptions({ reader: policyReader, samples: [everything, { profile: 'project' }], take });
    expect(walk.faults).toEqual([]);
    expect(walk.tried).toBeGreaterThan(1000);
  });

  const common = {
    cwd: '/usr',
    env: { PATH: '/usr/bin' },
    undumpable: false,
    signal: new AbortController().signal,
    timeout: 1,
    killSignal: 'SIGTERM',
    killGrace: 1,
  };
  const channel = { stdio: 'pipe', serialization: 'json' };

  it.each<[name: string, reader: Reader, sample: object]>([
    ['spawn', spawnReader, { ...common, ...channel, argv0: 'x', denials: true }],
    ['run', runReader, { ...common, argv0: 'x', input: 'x', maxBuffer: 1 }],
    ['fork', forkReader, { ...common, ...channel, denials: true, execPath: '/bin/node', execArgv: ['--no-warnings'] }],
    ['restrictSelf', restrictSelfReader, { prepare: () => undefined }],
  ])('of %s is read', (_, reader, sample) => {
    const take = (value: unknown): unknown => reader.read(value, documentPlace('options'));
    const walk = walkOptions({ reader, samples: [sample], take });
    expect(walk.faults).toEqual([]);
  });
});

describe('spawn', () => {
  const start = (options: object): unknown => createSandbox({}).spawn('/bin/true', [], options);

  it.each<[object, RegExp]>([
    [
      { uid: 1 },
      /uid does not belong here\. The sandbox decides the user of its processes: createSandbox\(\{ user \}\)/,
    ],
    [{ gid: 1 }, /gid does not belong here\. .*createSandbox\(\{ user \}\)/],
    [{ cwd: '' }, /cwd is not a non-empty text/],
    [{ env: { 'A=B': '' } }, /env has a key that is not a name/],
    [{ env: undefined }, /env is not an object: undefined/],
    [{ detached: true }, /detached does not belong here\. .*createSandbox\(\{ newSession \}\)/],
    [{ shell: true }, /shell does not belong here\. spawn\(\) starts no shell/],
    [{ tiemout: 5 }, /tiemout is unknown\. Did you mean "timeout"\?/],
    [{ undumpabel: true }, /undumpabel is unknown\. Did you mean "undumpable"\?/],
    [{ stdio: ['pipe', 'pip'] }, /stdio\[1\] is "pip"\. Did you mean "pipe"\?/],
    [{ stdio: [{}] }, /stdio\[0\] is not a word, a descriptor or a stream: an object/],
    [{ stdio: [-1] }, /stdio\[0\] is not a word, a descriptor or a stream: -1/],
    [{ stdio: Array.from({ length: 1025 }, () => null) }, /stdio has 1025 entries/],
    [{ killSignal: 'SIGTEM' }, /killSignal is "SIGTEM"\. Did you mean "SIGTERM"\?/],
  ])('refuses %j and starts nothing', (options, message) => {
    expect(() => start(options)).toThrow(
      expect.objectContaining({ code: 'invalid-policy', message: expect.stringMatching(message) }),
    );
  });
});

describe('a command', () => {
  const sandbox = createSandbox({});
  const callers: Readonly<Record<string, (program: string, args: readonly string[]) => unknown>> = {
    spawn: (program, args) => sandbox.spawn(program, args),
    command: (program, args) => sandbox.command(program, args),
  };

  it.each<[program: unknown, args: unknown, message: RegExp]>([
    [undefined, [], /program is not a text: undefined/],
    [['/bin/true'], [], /program is not a text: a list/],
    ['/bin/true', null, /args is not a list of texts: null/],
    ['/bin/true', '-x', /args is not a list of texts: "-x"/],
    ['/bin/true', ['a', undefined], /args\[1\] is not a text: undefined/],
    ['/bin/true', Array(2), /args\[0\] is not a text: undefined/],
    ['/bin/true', [7], /args\[0\] is not a text: 7/],
    ['/bin/true', ['\ud800'], /args\[0\] is not a text/],
  ])('of %j with %j is refused for every user', (program, args, message) => {
    for (const [name, call] of Object.entries(callers)) {
      expect(() => call(program as string, args as string[]), name).toThrow(
        expect.objectContaining({ code: 'invalid-policy', message: expect.stringMatching(message) }),
      );
    }
  });
});

describe('options where arguments could be', () => {
  it('are options of a start, and none of a command', () => {
    const sandbox = createSandbox({});
    expect(() => sandbox.spawn('/bin/true', { tiemout: 5 } as object)).toThrow(/tiemout is unknown/);
    expect(() => sandbox.spawn('/bin/true', { timeout: 5 } as never, {})).toThrow(
      /args is not a list of texts: an object/,
    );
    expect(() => sandbox.command('/bin/true', { timeout: 5 } as never)).toThrow(
      /args is not a list of texts: an object/,
    );
  });
});

describe('a home directory', () => {
  it('is refused without a private temporary directory', () => {
    expect(() => definePolicy({ home: 'tmp' })).toThrow(/home is tmp, but the private temporary directory is off/);
  });
});

describe('restrictSelf', () => {
  it('refuses what it was not asked for before it looks at anything else', () => {
    // The policy is one that it refuses as well: nothing is restricted here, whatever comes first.
    const call = (options: object): unknown => restrictSelf({ cwd: '/' }, options);
    expect(() => call({ prepair: () => undefined })).toThrow(/prepair is unknown\. Did you mean "prepare"\?/);
    expect(() => call({ prepare: undefined })).toThrow(/prepare is not a function: undefined/);
    expect(() => call({})).toThrow(/cwd works only for a child/);
  });
});

describe('undefined', () => {
  it.each([
    { user: undefined },
    { landlock: { net: undefined } },
    { landlock: { net: { connectTcp: undefined } } },
    { landlock: { paths: undefined } },
    { seccomp: { base: 'deny-dangerous', deny: undefined } },
    { rlimits: { cpu: undefined } },
    { execOnce: undefined },
  ])('is refused where leaving out is weaker, or a value was meant: %j', (options) => {
    expect(() => definePolicy(options)).toThrow(/: undefined\. Give it a value, or leave it out if it is optional\./);
  });

  it('counts as left out where that is as strict', () => {
    const options = {
      landlock: { paths: [{ ro: '/srv', optional: undefined }] },
      ipc: undefined,
      cwd: undefined,
      newSession: undefined,
    };
    expect(definePolicy(options)).toEqual(definePolicy({ landlock: { paths: [{ ro: '/srv' }] } }));
  });
});
