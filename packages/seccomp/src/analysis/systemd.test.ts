/* Units of systemd: what they come to, and what of a policy they can say. */
import { describe, expect, it } from 'vitest';

import { arg, errno, policy, simulate } from '../index.js';
import { compile } from '../compiler/compile.js';
import { baseNames } from '../policy/presets.js';
import { compare, fromSystemd, toSystemd } from './index.js';

const native = 'SystemCallArchitectures=native\n';
const answer = (unit: string, syscall: string, args: readonly number[] = []) =>
  simulate(compile(fromSystemd(unit.startsWith('[') ? unit : native + unit).policy), { syscall, args, arch: 'x86_64' })
    .action;
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

  it.each<[unit: string, allowed: readonly string[], failing: readonly string[]]>([
    // Names by the number of the family; setns has the kind in its second argument.
    [
      'RestrictAddressFamilies=AF_INET AF_UNIX\nRestrictAddressFamilies=~AF_UNIX',
      ['socket 2'],
      ['socket 1', 'socket 3'],
    ],
    ['RestrictAddressFamilies=~AF_INET AF_UNIX\nRestrictAddressFamilies=AF_INET', ['socket 2'], ['socket 1']],
    ['RestrictAddressFamilies=AF_INET\nRestrictAddressFamilies=none', [], ['socket 2']],
    ['RestrictNamespaces=net', ['unshare 0x40000000', 'setns 0 0x40000000'], ['unshare 0x20000', 'setns', 'clone3']],
    ['RestrictNamespaces=~user net\nRestrictNamespaces=net', ['clone 0x40000000'], ['clone 0x50000000']],
    ['RestrictNamespaces=yes\nRestrictNamespaces=\nRestrictNamespaces=~uts', ['clone 0x20000'], ['clone 0x4000000']],
  ])('merges %j', (unit, goes, failing) => {
    const asked = (call: string) => {
      const [name = '', ...args] = call.split(' ');
      return answer(unit, name, args.map(Number)).action;
    };
    expect(goes.map(asked)).toEqual(goes.map(() => 'allow'));
    expect(failing.map(asked)).toEqual(failing.map(() => 'errno'));
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
      'calls of x32 are filtered by name there, and all let through here: SystemCallArchitectures=native would end them in both',
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
    ['RestrictNamespaces=net\nRestrictNamespaces=nets', 'line 2'],
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

describe('the tables of a unit', () => {
  const said = (unit: string, machine: 'x86_64' | 'aarch64' = 'x86_64') => {
    const { policy: made, unsaid } = fromSystemd(unit, { machine });
    return { ...made, notes: unsaid.map(({ path, what }) => `${path}: ${what}`) };
  };

  it('are also i386 where none is named, by name, and x32, which is let through here', () => {
    const { policy: open } = fromSystemd('SystemCallFilter=~mount:EACCES');
    const on = (arch: 'x86_64' | 'i386', syscall: string) => simulate(compile(open), { syscall, arch }).action;
    expect([on('i386', 'mount'), on('i386', 'umount')]).toEqual([fails('EACCES'), allowed]);
    expect(open).toMatchObject({ foreign: allowed, x32: allowed });
    const { policy: limited } = fromSystemd(`${native}SystemCallFilter=~mount:EACCES`);
    expect(compare(open, limited)).toMatchObject({ relation: 'superset' });
    // The same for a policy that says nothing of other tables than the native one.
    expect(
      compare(open, { base: 'allow-all', deny: ['mount'], denied: errno('EACCES'), architectures: ['x86_64'] }),
    ).toMatchObject({
      relation: 'superset',
    });
  });

  it('are let through with a note where one policy cannot answer for all of them', () => {
    const { notes, ...unit } = said('RestrictAddressFamilies=AF_INET');
    expect(unit).toMatchObject({ architectures: ['x86_64'], foreign: allowed, x32: allowed });
    expect(notes).toEqual([
      expect.stringMatching(/^SystemCallArchitectures: calls of i386 and x32 .* all let through here/),
    ]);
    const listed = said('SystemCallArchitectures=native x86\nRestrictAddressFamilies=AF_INET\nSystemCallFilter=~mount');
    expect(listed).toMatchObject({ foreign: allowed, x32: { action: 'kill-thread' } });
    expect(listed.notes).toEqual([
      'SystemCallArchitectures: calls of i386 are filtered by name there, and all let through here',
    ]);
    expect(said('SystemCallArchitectures=x32')).toMatchObject({ foreign: { action: 'kill-thread' }, x32: allowed });
    expect(said('SystemCallFilter=~mount', 'aarch64').notes).toEqual([expect.stringContaining('32-bit ARM')]);
    expect(said('SystemCallArchitectures=arm64 x86', 'aarch64')).toMatchObject({
      notes: [],
      foreign: { action: 'kill-thread' },
    });
  });

  it('have sockets by socketcall on i386', () => {
    const { policy: made } = fromSystemd('SystemCallFilter=~socket:EACCES shmget:EPERM');
    const on32 = (syscall: string, one: number) =>
      simulate(compile(made), { syscall, args: [one], arch: 'i386' }).action;
    expect([on32('socketcall', 1), on32('socketcall', 2)]).toEqual([fails('EACCES'), allowed]);
    expect([on32('ipc', 23), on32('ipc', 24)]).toEqual([fails('EPERM'), allowed]);
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
