/* Units of systemd: what they come to, and what of a policy they can say. */
import { describe, expect, it } from 'vitest';

import { arg, errno, policy, simulate } from '../index.js';
import { compile } from '../compiler/compile.js';
import { baseNames } from '../policy/presets.js';
import { compare, fromSystemd, toSystemd } from './index.js';

const native = 'SystemCallArchitectures=native\n';
const answer = (unit: string, syscall: string, args: readonly number[] = []) =>
  simulate(compile(fromSystemd(native + unit).policy), { syscall, args, arch: 'x86_64' }).action;
const allowed = { action: 'allow' };
const killed = { action: 'kill-process' };
const fails = (error: string) => ({ action: 'errno', errno: error });

describe('fromSystemd', () => {
  it('reads a list of what is allowed, with what systemd always adds to it', () => {
    const unit = 'SystemCallFilter=@mount getpid\nSystemCallErrorNumber=EPERM';
    expect(answer(unit, 'mount')).toEqual(allowed);
    expect(answer(unit, 'getpid')).toEqual(allowed);
    // Of @default, which is added.
    expect(answer(unit, 'execve')).toEqual(allowed);
    expect(answer(unit, 'ptrace')).toEqual(fails('EPERM'));
  });

  it('kills for what is not allowed where no error is named', () => {
    expect(answer('SystemCallFilter=getpid', 'ptrace')).toEqual(killed);
  });

  it('reads a list of what is denied, with errors of single calls', () => {
    const unit = 'SystemCallFilter=~@mount ptrace:EACCES\nSystemCallErrorNumber=EPERM';
    expect(answer(unit, 'mount')).toEqual(fails('EPERM'));
    expect(answer(unit, 'ptrace')).toEqual(fails('EACCES'));
    expect(answer(unit, 'getpid')).toEqual(allowed);
  });

  it('merges lists in turn, and begins anew behind an empty one', () => {
    expect(answer('SystemCallFilter=@mount\nSystemCallFilter=~mount', 'mount')).toEqual(killed);
    expect(answer('SystemCallFilter=@mount\nSystemCallFilter=~mount:ENOSYS', 'mount')).toEqual(fails('ENOSYS'));
    expect(answer('SystemCallFilter=~mount\nSystemCallFilter=mount', 'mount')).toEqual(allowed);
    expect(answer('SystemCallFilter=getpid\nSystemCallFilter=\nSystemCallFilter=~mount', 'ptrace')).toEqual(allowed);
  });

  it('puts the filters of families and namespaces before that of calls', () => {
    const unit = 'RestrictAddressFamilies=AF_INET\nRestrictNamespaces=yes';
    expect(answer(unit, 'socket', [2])).toEqual(allowed);
    expect(answer(unit, 'socket', [1])).toEqual(fails('EAFNOSUPPORT'));
    expect(answer(unit, 'clone3')).toEqual(fails('ENOSYS'));
    expect(answer(unit, 'unshare', [0x1000_0000])).toEqual(fails('EPERM'));
    // CLONE_FILES makes no namespace.
    expect(answer(unit, 'unshare', [0x400])).toEqual(allowed);
    expect(answer(`${unit}\nSystemCallFilter=~socket:EACCES`, 'socket', [1])).toEqual(fails('EACCES'));
  });

  it('reads a whole unit, with comments, continued lines and other sections', () => {
    const unit =
      '[Unit]\nSystemCallFilter=~getpid\n[Service]\n# no\nSystemCallFilter=~mount \\\n; nor this\n  ptrace\n';
    expect(answer(unit.replace('[Service]', `[Service]\n${native}`), 'getpid')).toEqual(allowed);
    expect(fromSystemd(unit).policy.rules.map(({ syscall }) => syscall)).not.toContain('getpid');
    expect(answer('SystemCallFilter=~mount \\\n  ptrace', 'ptrace')).toEqual(killed);
  });

  it('says what it leaves out', () => {
    const { unsaid } = fromSystemd(
      'SystemCallFilter=~mount not_a_call @not-a-group\nLockPersonality=yes\nProtectClock=no',
    );
    expect(unsaid.map(({ what }) => what)).toEqual([
      'not_a_call is not known and skipped',
      '@not-a-group is not known and skipped',
      'LockPersonality loads a filter that the policy is without',
      'calls of i386 and x32 are filtered by name there',
    ]);
  });

  it.each([
    ['', 'unit'],
    ['User=nobody', 'unit'],
    ['SystemCallFilter', 'line 1'],
    ['SystemCallFilter=mount:EPERM', 'line 1'],
    ['\nSystemCallFilter=~mount:0', 'line 2'],
    ['SystemCallFilter=~mount:4096', 'line 1'],
    ['SystemCallFilter=~mount:EPERM:EPERM', 'line 1'],
    ['SystemCallFilter=~mount\nSystemCallErrorNumber=EWRONG', 'line 2'],
    ['RestrictAddressFamilies=AF_NONSENSE', 'line 1'],
    ['RestrictAddressFamilies=AF_INET\nRestrictAddressFamilies=~AF_UNIX', 'line 2'],
    ['RestrictNamespaces=net', 'line 1'],
    ['SystemCallArchitectures=s390', 'line 1'],
    ['SystemCallFilter=~mount\0', 'unit'],
  ])('refuses %j, with its place', (unit, path) => {
    expect(() => fromSystemd(unit)).toThrow(expect.objectContaining({ code: 'invalid-profile', path }));
  });

  it('reads no more than a MiB', () => {
    const long = `${native}#${'x'.repeat(1 << 20)}`;
    expect(() => fromSystemd(long)).toThrow(expect.objectContaining({ code: 'invalid-profile', path: 'unit' }));
  });
});

describe('toSystemd', () => {
  it('gives no call the error of those that are not listed, since systemd would not start the unit', () => {
    const given = { base: 'deny-all', allow: ['read'], unknown: { action: 'errno', errno: 'ENOSYS' } } as const;
    const rules = [{ syscall: 'clone3', action: { action: 'errno', errno: 'ENOSYS' } }] as const;
    const { settings } = toSystemd({ ...given, rules, architectures: ['x86_64'] });
    const removed = settings.find((line) => / ?clone3(?: |$)/.test(line.replace('~', ' ')));
    expect(removed).toMatch(/^SystemCallFilter=~/);
    expect(settings.join('\n')).not.toMatch(/:ENOSYS/);
    expect(settings).toContain('SystemCallErrorNumber=ENOSYS');
    const unit = 'SystemCallFilter=read\nSystemCallFilter=~clone3:ENOSYS\nSystemCallErrorNumber=ENOSYS\n';
    expect(fromSystemd(unit).unsaid).toContainEqual({
      path: 'SystemCallFilter',
      what: expect.stringMatching(/^systemd does not start the unit: clone3 has the error of calls/),
    });
    expect(fromSystemd(unit.replace('~clone3:ENOSYS', '~clone3:EPERM')).unsaid).not.toContainEqual(
      expect.objectContaining({ path: 'SystemCallFilter' }),
    );
  });

  it('is proved equal where a unit can say it all', () => {
    const given = policy({
      base: 'deny-all',
      allow: ['@system-service'],
      deny: ['clone3', 'mount'],
      rules: [{ syscall: 'ptrace', when: [], action: errno('EACCES') }],
      foreign: 'kill-thread',
      x32: 'kill-thread',
      architectures: ['x86_64'],
    });
    const { settings, unsaid } = toSystemd(given);
    // Only what is no call at all.
    expect(unsaid.map(({ path }) => path)).toEqual(['(number)']);
    expect(compare(given, fromSystemd(settings.join('\n')).policy)).toMatchObject({ relation: 'equal' });
  });

  it('names each call whose arguments it cannot look at, with one that shows it', () => {
    const rules = [{ syscall: 'ioctl', when: [arg(1).eq32(0x5412)], action: errno('EPERM') }];
    const { unsaid } = toSystemd({ base: 'allow-all', rules, architectures: ['x86_64'] });
    expect(unsaid).toContainEqual({
      path: 'ioctl',
      what: 'is allowed there for some arguments that the policy denies, such as 0x0, 0x5412, 0x0, 0x0, 0x0, 0x0',
    });
  });

  it.each(baseNames)('leaves out nothing of %s that it does not name', (base) => {
    const given = policy({ base, architectures: ['x86_64'] });
    const { settings, unsaid } = toSystemd(given);
    const named = new Set(unsaid.map(({ path }) => path));
    // Without the calls that are named, and as lenient to the rest, both are the same.
    const skip = [...named].filter((name) => /^[a-z]/.test(name) && !['unknown', 'foreign', 'x32'].includes(name));
    const rules = skip.map((syscall) => ({ syscall, when: [], action: errno('ENOTNAM') }));
    const same = (one: typeof given) =>
      policy({
        ...one,
        sockets: 'any',
        rules: [...rules, ...one.rules],
        foreign: 'kill-thread',
        x32: 'kill-thread',
        unknown: 'log',
      });
    const read = fromSystemd(settings.join('\n')).policy;
    const families = ['socket', 'socketpair'].every((name) => named.has(name)) || given.sockets === 'any';
    expect(families).toBe(true);
    expect(compare(same(given), same(read))).toMatchObject({ relation: 'equal' });
    expect(named.has('mount')).toBe(false);
  });

  it('refuses a machine that the policy does not list', () => {
    expect(() => toSystemd({ base: 'deny-all', architectures: ['aarch64'] })).toThrow(
      expect.objectContaining({ code: 'inexpressible' }),
    );
    const settings = toSystemd({ base: 'deny-all', architectures: ['aarch64'] }, { machine: 'aarch64' }).settings;
    expect(settings).toContain('SystemCallErrorNumber=ENOSYS');
  });
});
