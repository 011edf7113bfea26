import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { compileFixture, fewOrMany, missing, runProgram } from '@sb/test-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  type CapabilityState,
  type CapsOptions,
  formatIab,
  get,
  lastCapability,
  parse,
  parseIab,
} from '../../src/index.js';
import { maskOf, namesOf } from '../../src/names.js';
import { securebitNames } from '../../src/securebits.js';

const seed = Math.floor(Math.random() * 2 ** 31);
/** Never kept across a change of user. */
const identity: ReadonlySet<string> = new Set(['cap_setuid', 'cap_setgid']);
const all = namesOf((1n << BigInt(lastCapability() + 1)) - 1n);
const allBut = (...names: readonly string[]) => all.filter((name) => !names.includes(name)).join();

interface Read {
  readonly state: CapabilityState;
  readonly own: CapabilityState;
  readonly text: string;
  readonly iab: string;
  readonly getpcaps: string;
  readonly dump: string;
}

const user = ['--reuid=65534', '--regid=65534', '--clear-groups'];
const capsh = (...options: readonly string[]) => ['capsh', ...options, '--shell=/usr/bin/env', '--'];
const setpriv = (...options: readonly string[]) => ['setpriv', ...options];
const started: readonly (readonly [name: string, wrapper: readonly string[]])[] = [
  ['root', setpriv()],
  ['root with few in the bounding set', setpriv('--bounding-set=-all,+net_raw,+setpcap,+chown', '--inh-caps=-all')],
  ['root without any', setpriv('--bounding-set=-all', '--inh-caps=-all')],
  ['root with inheritable ones', setpriv('--inh-caps=+chown,+bpf')],
  ['root under noroot', setpriv('--securebits=+noroot,+noroot_locked')],
  ['an ordinary user', setpriv(...user)],
  ['an ordinary user with ambient ones', setpriv(...user, '--inh-caps=+net_raw,+kill', '--ambient-caps=+net_raw')],
  ['with locked securebits', setpriv(...user, '--securebits=+noroot,+no_setuid_fixup_locked,+keep_caps_locked')],
  ['with no_new_privs', setpriv(...user, '--no-new-privs', '--inh-caps=+setpcap', '--ambient-caps=+setpcap')],
  ['an IAB with every prefix', capsh('--iab=!cap_net_admin,^cap_net_raw,cap_chown,!%cap_kill,!^cap_bpf')],
  ['raising ambient switched off', capsh('--secbits=0x40')],
  ['the securebits that we lock', capsh('--secbits=0xeb')],
  ['every securebit of ours', capsh('--secbits=0xef')],
  ['few permitted and effective', capsh('--secbits=0x1', '--iab=^cap_kill,^cap_setpcap')],
];

/** A line of `setpriv --dump`, with the kernel's names. */
function dumped(dump: string, name: string, prefix = ''): readonly string[] {
  const value = new RegExp(`^${name}: (.*)$`, 'm').exec(dump)?.[1];
  if (value === undefined) throw new Error(`setpriv printed no ${name}: ${dump}`);
  return value === '[none]' ? [] : value.split(',').map((item) => prefix + item);
}

/** The securebits of a dump, which prints those that it has no name for as one number. */
const dumpedSecurebits = (dump: string) =>
  dumped(dump, 'Securebits').flatMap((item): readonly string[] =>
    item.startsWith('0x') ? securebitNames(Number(item)) : [item],
  );

describe.skipIf(missing('root', 'linux', 'libcap'))('reading, compared with getpcaps and setpriv', () => {
  const fixture = compileFixture(new URL('../fixtures/state.ts', import.meta.url));

  it.each(started)('%s', async (_name, [file = '', ...wrapper]) => {
    const { stdout, stderr, status } = await runProgram(file, [...wrapper, process.execPath, fixture]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { state, own, text, iab, getpcaps, dump } = JSON.parse(stdout) as Read;
    // getpcaps leaves an empty text out.
    const [, theirText = '=', theirIab] = /^\d+:(?: "([^"]*)")? \[(.*)\]$/m.exec(getpcaps) ?? [];
    expect(theirIab).toBeDefined();
    const { effective, permitted, inheritable } = state;
    expect(parse(theirText)).toEqual({ effective, permitted, inheritable });
    expect(parse(text)).toEqual(parse(theirText));
    expect(iab).toBe(theirIab);
    expect(own).toEqual(state);
    expect(maskOf(dumped(dump, 'Capability bounding set', 'cap_'))).toBe(maskOf(state.bounding));
    expect(dumped(dump, 'Inheritable capabilities', 'cap_')).toEqual(state.inheritable);
    expect(dumped(dump, 'Ambient capabilities', 'cap_')).toEqual(state.ambient);
    expect(dumpedSecurebits(dump).toSorted()).toEqual(state.securebits?.toSorted());
    expect(dumped(dump, 'no_new_privs')).toEqual([state.noNewPrivs ? '1' : '0']);
  });

  it('another process, of another user', async () => {
    const child = spawn('/usr/bin/sleep', ['20'], { uid: 65_534, gid: 65_534, stdio: 'ignore' });
    await once(child, 'spawn');
    try {
      const state = get(child.pid);
      expect(state).toMatchObject({ effective: [], permitted: [], noNewPrivs: false });
      expect(state.bounding).toEqual(get().bounding);
      expect(state.securebits).toBeUndefined();
      expect(get(child.pid, { threads: true })).toEqual([{ tid: child.pid, ...state }]);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    expect(() => get(child.pid)).toThrow(/cannot read/);
  });
});

/** What the kernel says of the shell that a program starts, and its securebits. */
const look = `grep -E '^(Cap|NoNewPrivs)' /proc/self/status; setpriv --dump | grep ^Securebits`;

const becomeUser = ['--gid=65534', '--groups=', '--uid=65534'];
const equal: readonly (readonly [name: string, options: CapsOptions, user: string, reference: readonly string[]])[] = [
  [
    'root without capabilities, as setpriv',
    { securebits: 'leave' },
    '',
    [
      'setpriv',
      '--bounding-set=-all',
      '--inh-caps=-all',
      '--ambient-caps=-all',
      '--no-new-privs',
      '/bin/sh',
      '-c',
      look,
    ],
  ],
  [
    'a list in the bounding set, as setpriv',
    { bounding: ['cap_net_raw', 'cap_kill'], securebits: 'leave', noNewPrivs: false },
    '',
    ['setpriv', '--bounding-set=-all,+net_raw,+kill', '--inh-caps=-all', '/bin/sh', '-c', look],
  ],
  [
    'an ordinary user without capabilities, as capsh',
    { securebits: 'leave' },
    '65534',
    ['capsh', '--drop=all', ...becomeUser, '--no-new-privs', '--shell=/bin/sh', '--', '-c', look],
  ],
  [
    'an ordinary user with one, as capsh',
    { keep: ['cap_net_bind_service'], ambient: ['cap_net_bind_service'], securebits: 'leave' },
    '65534',
    [
      'capsh',
      '--keep=1',
      '--inh=cap_net_bind_service',
      '--drop=all',
      ...becomeUser,
      '--addamb=cap_net_bind_service',
      '--no-new-privs',
      '--shell=/bin/sh',
      '--',
      '-c',
      look,
    ],
  ],
  [
    'an ordinary user with two, one of them in the bounding set, as capsh',
    {
      keep: ['cap_net_raw', 'cap_kill'],
      inheritable: ['cap_net_raw', 'cap_kill'],
      ambient: ['cap_kill'],
      bounding: ['cap_net_raw'],
      securebits: 'leave',
      noNewPrivs: false,
    },
    '65534',
    [
      'capsh',
      '--keep=1',
      '--inh=cap_net_raw,cap_kill',
      `--drop=${allBut('cap_net_raw', 'cap_sys_resource')}`,
      ...becomeUser,
      '--addamb=cap_kill',
      '--shell=/bin/sh',
      '--',
      '-c',
      look,
    ],
  ],
  [
    'locked securebits, as capsh',
    { keep: 'all', bounding: 'leave', noNewPrivs: false },
    '',
    ['capsh', '--secbits=0xeb', '--shell=/bin/sh', '--', '-c', look],
  ],
  [
    'no_new_privs and nothing else, as setpriv',
    { keep: 'all', bounding: 'leave', securebits: 'leave' },
    '',
    ['setpriv', '--no-new-privs', '/bin/sh', '-c', look],
  ],
  [
    'everything given up, as capsh',
    {},
    '',
    ['capsh', '--drop=all', '--no-new-privs', '--secbits=0xeb', '--caps=', '--shell=/bin/sh', '--', '-c', look],
  ],
  [
    'an ordinary user with one, and locked securebits, as capsh',
    { keep: ['cap_kill'], ambient: ['cap_kill'] },
    '65534',
    [
      'capsh',
      '--keep=1',
      '--inh=cap_kill',
      '--drop=all',
      ...becomeUser,
      '--caps=cap_setpcap=ep cap_kill=eip',
      '--addamb=cap_kill',
      '--secbits=0xeb',
      '--caps=cap_kill=eip',
      '--no-new-privs',
      '--shell=/bin/sh',
      '--',
      '-c',
      look,
    ],
  ],
];

describe.skipIf(missing('root', 'linux', 'libcap'))('restricting, compared with capsh and setpriv', () => {
  const fixture = compileFixture(new URL('../fixtures/run-as.ts', import.meta.url));

  it.each(equal)('%s', async (_name, options, id, [file = '', ...args]) => {
    const script = [fixture, JSON.stringify(options), id, '/bin/sh', '-c', look];
    const ours = await runProgram(process.execPath, script);
    const theirs = await runProgram(file, args);
    expect(theirs).toMatchObject({ status: 0, stderr: '' });
    expect(theirs.stdout).toMatch(/CapBnd:[^]*Securebits:/);
    expect(ours).toEqual(theirs);
  });

  it(`any IAB, as root and as an ordinary user, as capsh (seed ${seed})`, async () => {
    const some = fc.subarray(get().permitted.filter((name) => !identity.has(name)));
    const vectors = fc.tuple(some, some, some).map(([inheritable, ambient, blocked]) => ({
      inheritable: namesOf(maskOf(inheritable) | maskOf(ambient)),
      ambient: namesOf(maskOf(ambient)),
      // What this process lacks from the start is blocked already.
      blocked: namesOf(maskOf(blocked) | maskOf(all.filter((name) => !get().bounding.includes(name)))),
    }));
    for (const iab of fc.sample(vectors, { seed, numRuns: fewOrMany(3, 8) })) {
      const { inheritable, ambient, blocked } = parseIab(formatIab(iab));
      const bounding = all.filter((name) => !blocked.includes(name));
      const rest = { inheritable, ambient, bounding, securebits: 'leave', noNewPrivs: false } as const;
      const theirIab = [`--iab=${formatIab(iab)}`, '--shell=/bin/sh', '--', '-c', look];
      for (const [options, id, before] of [
        [{ ...rest, keep: get().permitted }, '', []],
        [{ ...rest, keep: inheritable }, '65534', ['--keep=1', ...becomeUser]],
      ] as const) {
        const theirs = await runProgram('capsh', [...before, ...theirIab]);
        expect(theirs).toMatchObject({ status: 0, stderr: '' });
        expect(
          await runProgram(process.execPath, [fixture, JSON.stringify(options), id, '/bin/sh', '-c', look]),
        ).toEqual(theirs);
      }
    }
  }, 60_000);
});
