import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync } from 'node:fs';

import {
  type Attempt,
  compileFixture,
  missing,
  parseProbe,
  probeArguments,
  probePath,
  runProgram,
  temporaryFolder,
} from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import type { CapsOptions } from '../../src/options.js';

const fixture = new URL('../fixtures/run-as.ts', import.meta.url);
const NET_BIND = 10;
const NET_RAW = 13;
const SYS_ADMIN = 21;
const CHOWN = 0;
const SETPCAP = 8;
const nobody = '65534';

/** A low port that nothing else here listens on; only bound for a moment. */
const port = 600 + (process.pid % 400);

interface Attack {
  /** Options of the policy; absent for the control, which restricts nothing. */
  readonly options?: CapsOptions;
  /** Whom to become. Default: root stays root. */
  readonly user?: string;
  readonly program?: string;
  /** Uid and gid that the process is started with. Default: root's. */
  readonly startedAs?: number;
  /** Program that starts the process with other capabilities. Default: none. */
  readonly wrapper?: readonly string[];
}

/** Runs the probe as a child of a restricted process; `['spawn EPERM']` if the kernel refused to execute it. */
async function attack(
  attempts: readonly Attempt[],
  { options, user = '', program = probePath(), startedAs = 0, wrapper = [] }: Attack,
) {
  const text = options === undefined ? '' : JSON.stringify(options);
  const script = [compileFixture(fixture), text, user, program, ...probeArguments(attempts)];
  const [file = '', ...args] = [...wrapper, process.execPath, ...script];
  const { stdout, stderr, status } = await runProgram(file, args, { uid: startedAs, gid: startedAs });
  if (status === 99 && stdout.startsWith('spawn ')) return [stdout.trim()];
  if (status !== 0) throw new Error(`the probe did not run: ${stdout}${stderr}`);
  return parseProbe(stdout, attempts.length).map(({ outcome }) => outcome);
}

/** One restriction at a time, so that each is shown to do its part alone. */
const off: CapsOptions = { bounding: 'leave', securebits: 'leave', noNewPrivs: false };

const useRoot: readonly Attempt[] = [['has-effective', SYS_ADMIN], ['bind-tcp', port], ['set-hostname']];

describe.skipIf(missing('root', 'linux', 'libcap'))('after giving everything up', () => {
  it('root-without-capabilities-cannot-use-them-in-a-child', async () => {
    expect(await attack(useRoot, {})).toEqual(['OK', 'OK', 'OK']);
    expect(await attack(useRoot, { options: {} })).toEqual(['EPERM', 'EACCES', 'EPERM']);
    // Sets alone are not enough: executing anything as uid 0 fills them again. Each of the two others prevents it.
    expect(await attack(useRoot, { options: off })).toEqual(['OK', 'OK', 'OK']);
    const bounding = { options: { ...off, bounding: 'drop' as const } };
    expect(await attack(useRoot, bounding)).toEqual(['EPERM', 'EACCES', 'EPERM']);
    const securebits = { options: { ...off, securebits: 'lock' as const } };
    expect(await attack(useRoot, securebits)).toEqual(['EPERM', 'EACCES', 'EPERM']);
    // Twin: what needs no capability still works.
    const allowed: Attempt[] = [
      ['bind-tcp', 0],
      ['open-read', '/etc/passwd'],
    ];
    expect(await attack(allowed, { options: {} })).toEqual(['OK', 'OK']);
  });

  it('cannot-use-a-set-user-ID-program', async () => {
    using folder = temporaryFolder();
    const program = folder.file('probe');
    copyFileSync(probePath(), program);
    chmodSync(program, 0o4755);
    const attempts: Attempt[] = [
      ['is-euid', 0],
      ['has-effective', SYS_ADMIN],
    ];
    const legs: readonly (readonly [options: CapsOptions, outcomes: readonly string[]])[] = [
      [off, ['OK', 'OK']], // control
      [{ ...off, noNewPrivs: true }, ['EPERM', 'EPERM']],
      [{ ...off, bounding: 'drop' }, ['OK', 'EPERM']],
      [{ ...off, securebits: 'lock' }, ['OK', 'EPERM']],
      [{}, ['EPERM', 'EPERM']],
    ];
    for (const [options, outcomes] of legs) {
      expect(await attack(attempts, { options, user: nobody, program })).toEqual(outcomes);
    }
  });

  it('cannot-use-file-capabilities', async () => {
    using folder = temporaryFolder();
    const withEffective = folder.file('effective');
    const permittedOnly = folder.file('permitted');
    for (const [file, flags] of [
      [withEffective, 'ep'],
      [permittedOnly, 'p'],
    ] as const) {
      copyFileSync(probePath(), file);
      execFileSync('/usr/sbin/setcap', [`cap_net_bind_service=${flags}`, file]);
    }
    const attempts: Attempt[] = [
      ['raise-effective', NET_BIND],
      ['bind-tcp', port],
    ];
    const legs: readonly (readonly [CapsOptions, program: string, outcomes: readonly string[]])[] = [
      [off, withEffective, ['OK', 'OK']], // control
      [off, permittedOnly, ['OK', 'OK']], // control
      [{ ...off, noNewPrivs: true }, withEffective, ['EPERM', 'EACCES']],
      [{ ...off, noNewPrivs: true }, permittedOnly, ['EPERM', 'EACCES']],
      // The kernel refuses to execute what could not be given its effective capabilities (capabilities(7)).
      [{ ...off, bounding: 'drop' }, withEffective, ['spawn EPERM']],
      [{ ...off, bounding: 'drop' }, permittedOnly, ['EPERM', 'EACCES']],
      [{}, permittedOnly, ['EPERM', 'EACCES']],
    ];
    for (const [options, program, outcomes] of legs) {
      expect(await attack(attempts, { options, user: nobody, program })).toEqual(outcomes);
    }
  });

  it('an-ordinary-user-cannot-use-either-of-them', async () => {
    using folder = temporaryFolder();
    const [setUserId, withCapability] = [folder.file('set-user-id'), folder.file('capability')];
    for (const file of [setUserId, withCapability]) copyFileSync(probePath(), file);
    chmodSync(setUserId, 0o4755);
    execFileSync('/usr/sbin/setcap', ['cap_sys_admin=ep', withCapability]);
    const attempts: Attempt[] = [['has-effective', SYS_ADMIN], ['set-hostname']];
    const levels = { bounding: 'prefer', securebits: 'prefer' } as const;
    for (const program of [setUserId, withCapability]) {
      // Control: emptying the sets alone leaves both ways open, since what executes them starts with none anyway.
      expect(await attack(attempts, { options: off, startedAs: 65_534, program })).toEqual(['OK', 'OK']);
      expect(await attack(attempts, { options: { levels }, startedAs: 65_534, program })).toEqual(['EPERM', 'EPERM']);
    }
  });

  it('an-ordinary-user-that-had-some-cannot-raise-or-unlock-anything', async () => {
    const given = '+net_raw,+net_bind_service,+setpcap';
    const wrapper = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    wrapper.push(`--inh-caps=${given}`, `--ambient-caps=${given}`);
    const attempts: Attempt[] = [
      ['bind-tcp', port],
      ['raise-permitted', NET_RAW],
      ['raise-effective', NET_RAW],
      ['raise-inheritable', CHOWN],
      ['raise-ambient', NET_RAW],
      ['keep-capabilities'],
      ['set-securebits', 0],
    ];
    expect(await attack(attempts, { wrapper })).toEqual(attempts.map(() => 'OK'));
    const denied = ['EACCES', 'EPERM', 'EPERM', 'EPERM', 'EPERM', 'EPERM', 'EPERM'];
    expect(await attack(attempts, { wrapper, options: {} })).toEqual(denied);
    // Nor in a user namespace of its own, whose capabilities reach nothing outside (user_namespaces(7)).
    const inside: Attempt[] = [['unshare-user'], ['bind-tcp', port], ['set-hostname'], ['map-uid', 0, 0]];
    expect(await attack(inside, { wrapper, options: {} })).toEqual(['OK', 'EACCES', 'EPERM', 'EPERM']);
    // Twin: what needs no capability.
    expect(await attack([['bind-tcp', 0]], { wrapper, options: {} })).toEqual(['OK']);
  });

  it('cannot-raise-permitted-inheritable-or-ambient', async () => {
    const attempts: Attempt[] = [
      ['raise-permitted', CHOWN],
      ['raise-inheritable', CHOWN],
      ['raise-ambient', CHOWN],
      ['raise-effective', CHOWN],
    ];
    expect(await attack(attempts, {})).toEqual(['OK', 'OK', 'OK', 'OK']);
    for (const user of ['', nobody]) {
      expect(await attack(attempts, { options: {}, user })).toEqual(['EPERM', 'EPERM', 'EPERM', 'EPERM']);
    }
  });

  it('cannot-raise-ambient-what-it-kept', async () => {
    const sets = { keep: ['cap_net_raw', 'cap_net_bind_service'], ambient: ['cap_net_bind_service'] } as const;
    const raise: Attempt[] = [
      ['has-permitted', NET_BIND],
      ['raise-inheritable', NET_BIND],
      ['raise-ambient', NET_BIND],
      ['raise-ambient', NET_RAW],
    ];
    // Control: without the lock, what is permitted and inheritable may be made ambient.
    expect(await attack(raise, { options: { ...off, ...sets }, user: nobody })).toEqual(['OK', 'OK', 'OK', 'EPERM']);
    expect(await attack(raise, { options: sets, user: nobody })).toEqual(['OK', 'OK', 'EPERM', 'EPERM']);
  });

  it('cannot-clear-securebits-or-keep-capabilities-again', async () => {
    // With CAP_SETPCAP, which is all the kernel asks for.
    const sets = { keep: ['cap_setpcap'], ambient: ['cap_setpcap'] } as const;
    const attempts: Attempt[] = [
      ['has-effective', SETPCAP],
      ['keep-capabilities'],
      ['set-securebits', 0],
      ['set-securebits', 0x2f],
    ];
    expect(await attack(attempts, { options: { ...off, ...sets } })).toEqual(['OK', 'OK', 'OK', 'OK']);
    expect(await attack(attempts, { options: sets, user: nobody })).toEqual(['OK', 'EPERM', 'EPERM', 'EPERM']);
    // Twin: leaving them as they are is no change.
    expect(await attack([['set-securebits', 0xeb]], { options: sets, user: nobody })).toEqual(['OK']);
  });

  it('gains-nothing-over-the-system-in-a-new-user-namespace', async () => {
    // A new namespace gives every capability over itself; what belongs to the system is not its own (user_namespaces(7)).
    const inside: Attempt[] = [
      ['unshare-user'],
      ['has-effective', SYS_ADMIN],
      ['bind-tcp', port],
      ['set-hostname'],
      ['open-read', '/etc/shadow'],
    ];
    const control: Attempt[] = [['bind-tcp', port], ['set-hostname'], ['open-read', '/etc/shadow']];
    expect(await attack(control, {})).toEqual(['OK', 'OK', 'OK']);
    const outcomes = await attack(inside, { options: {}, user: nobody });
    expect(outcomes).toEqual(['OK', 'OK', 'EACCES', 'EPERM', 'EACCES']);
  });

  it('cannot-map-root-into-a-new-user-namespace', async () => {
    // Whoever maps uid 0 is root over root's files; since Linux 5.12 that needs CAP_SETFCAP.
    const attempts: Attempt[] = [['unshare-user'], ['map-uid', 0, 0]];
    expect(await attack(attempts, {})).toEqual(['OK', 'OK']);
    expect(await attack(attempts, { options: {} })).toEqual(['OK', 'EPERM']);
    expect(await attack(attempts, { options: {}, user: nobody })).toEqual(['OK', 'EPERM']);
    // Twin: its own uid it may map.
    const own: Attempt[] = [['unshare-user'], ['map-uid', 0, 65_534]];
    expect(await attack(own, { options: {}, user: nobody })).toEqual(['OK', 'OK']);
  });

  it('cannot-regain-uid-0', async () => {
    const attempts: Attempt[] = [
      ['setuid', 0],
      ['setresuid', -1, -1, 0],
      ['setgid', 0],
      ['setgroups', 0],
    ];
    expect(await attack(attempts, {})).toEqual(['OK', 'OK', 'OK', 'OK']);
    const options: CapsOptions = { keep: ['cap_net_bind_service'], ambient: ['cap_net_bind_service'] };
    expect(await attack(attempts, { options, user: nobody })).toEqual(['EPERM', 'EPERM', 'EPERM', 'EPERM']);
    // Twin: what was kept works, in a child and without being root.
    const twin: Attempt[] = [
      ['bind-tcp', port],
      ['has-effective', CHOWN],
    ];
    expect(await attack(twin, { options, user: nobody })).toEqual(['OK', 'EPERM']);
  });
});
