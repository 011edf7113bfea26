/* doctor on machines that lack something: what it names, and that the exit status says how bad it is. */
import { chmodSync, chownSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';

import { beneath, dockerCapabilities, dockerFilter, withoutLandlock } from '@sb/containers';
import type { SeccompOptions } from '@sb/seccomp';
import {
  fewOrMany,
  missing,
  type ProgramOptions,
  runProgram,
  temporaryFolder,
  type TemporaryFolder,
} from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Diagnosis } from '../../src/doctor/diagnosis.js';
import { environment, program } from '../kit/fetch-program.js';

const nobody = { uid: 65_534, gid: 65_534 };

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(folder.file('cache'));
});
afterEach(() => folder[Symbol.dispose]());

interface Situation extends ProgramOptions {
  /** Lines of `[options]`. Default: nobody downloads. */
  readonly options?: readonly string[];
  /** A program with arguments that is to start it. */
  readonly prefix?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly filter?: SeccompOptions;
}

async function run(situation: Situation, ...args: readonly string[]) {
  const { options = ['SandboxUser = nobody'], prefix = [], filter, ...rest } = situation;
  const paths = [`CacheDir = ${folder.file('cache')}`, `DBPath = ${folder.file('db')}`];
  writeFileSync(folder.file('pacman.conf'), ['[options]', ...options, ...paths, ''].join('\n'));
  const above = filter === undefined ? [] : beneath(filter);
  const command = [...prefix, ...above, process.execPath, program, 'doctor', '--config', folder.file('pacman.conf')];
  const [file = '', ...words] = [...command, ...args];
  return await runProgram(file, words, { env: environment, ...rest });
}

/** Lines of `[options]` of pacman-fetch.conf. */
function writeOwn(...lines: readonly string[]): void {
  mkdirSync(folder.file('pacman.d'), { recursive: true });
  writeFileSync(folder.file('pacman.d/pacman-fetch.conf'), ['[options]', ...lines, ''].join('\n'));
}

/** What libfakeroot itself may say of its message queue on a busy machine (seen once): no word of ours. */
const ofFakeroot = 'libfakeroot internal error: payload not recognized!\n';

async function diagnose(situation: Situation = {}) {
  const { status, stdout, stderr } = await run(situation, '--json');
  expect(stderr.replaceAll(ofFakeroot, '')).toBe('');
  const diagnosis = JSON.parse(stdout) as Diagnosis;
  const texts = (level: string) => diagnosis.findings.filter((one) => one.level === level).map(({ what }) => what);
  const states = Object.fromEntries(diagnosis.features.map((one) => [`${one.layer}.${one.feature}`, one.state]));
  return { ...diagnosis, status, states, broken: texts('broken'), partial: texts('partial'), notes: texts('note') };
}

const inForce = { 'landlock.fs.write_file': 'enforced', 'seccomp.filter': 'enforced' };

/** Layers of which something is in force, beside what any process gets that a sandbox starts. */
function enforcedLayers(features: Diagnosis['features']): readonly string[] {
  const enforced = features.filter(
    ({ layer, feature, state }) => layer !== 'process' && feature !== 'no_new_privs' && state === 'enforced',
  );
  return [...new Set(enforced.map(({ layer }) => layer))];
}

const bounded = (...dropped: readonly string[]) => ({
  prefix: ['setpriv', `--bounding-set=${dropped.map((name) => `-${name}`).join(',')}`],
});

describe.skipIf(missing('linux', 'root', 'landlock7'))('as root', () => {
  it('is full: each layer is attempted from inside, and denies what works outside', async () => {
    const { status, verdict, user, attempts, partial, broken, notes } = await diagnose();
    expect([status, verdict, partial, broken]).toEqual([0, 'full', [], []]);
    expect(notes).not.toContainEqual(expect.stringMatching(/may need|chown/));
    expect(user).toEqual({ name: 'nobody', source: expect.stringMatching(/^SandboxUser in .*pacman\.conf:2$/) });
    const denied = attempts.filter(({ result, seen, control }) => result === 'passed' && seen !== control);
    expect(new Set(denied.map(({ layer }) => layer))).toEqual(new Set(['privdrop', 'caps', 'landlock', 'seccomp']));
    // What it made for that is gone.
    expect(readdirSync(folder.file('cache'))).toEqual([]);
  });

  it('is broken where the program of XferCommand is not there', async () => {
    mkdirSync(folder.file('pacman.d'));
    const broken = async (command: string) => {
      writeFileSync(folder.file('pacman.d', 'pacman-fetch.conf'), `[options]\nXferCommand = ${command} -o %o %u\n`);
      return (await diagnose()).broken;
    };
    const told = (command: string) => [
      expect.stringMatching(
        `pacman-fetch\\.conf:2: XferCommand names ${command}, which is not an executable program here$`,
      ),
    ];
    const absent = ['/usr/bin/no-such-curl', 'no-such-curl', '/etc', './true'].slice(0, fewOrMany(1, 4));
    for (const one of absent) expect(await broken(one)).toEqual(told(one));
    for (const one of ['true', '/usr/bin/true'].slice(0, fewOrMany(1, 2))) expect(await broken(one)).toEqual([]);
  });

  it('notes calls that are denied and that the worker needs', async () => {
    const options = ['SandboxUser = nobody'];
    mkdirSync(folder.file('pacman.d'));
    const denied = '[options]\nSandboxDenySyscalls = ptrace read @network-io\n';
    writeFileSync(folder.file('pacman.d', 'pacman-fetch.conf'), denied);
    const { notes } = await diagnose({ options });
    // The first test denies nothing more, and expects none of these notes.
    expect(notes.filter((note) => note.includes('may need'))).toEqual([
      expect.stringMatching(/conf:2: SandboxDenySyscalls denies calls that the built-in worker may need: read$/),
      expect.stringMatching(/may need: \w+, \w+, \w+ and \d+ more$/),
    ]);
  });

  it('notes servers that are left out, without their password, and a repository that none is left of', async () => {
    const options = [
      'SandboxUser = nobody',
      '[core]',
      'Server = ftp://user:secret@m',
      'Server = http://m',
      '[options]',
    ];
    expect((await diagnose({ options })).notes.slice(1)).toEqual([
      expect.stringMatching(
        /pacman\.conf:4: Server = ftp:\/\/m is left out: only http, https and file are supported, not ftp$/,
      ),
    ]);
    const usable = ['[extra]', 'Server = https://m', '[options]'];
    const without = options.filter((line) => !line.includes('http:'));
    const { status, notes } = await diagnose({ options: [...without, ...usable] });
    const none = 'no usable servers configured for repository: core';
    expect({ status, last: notes.at(-1) }).toEqual({ status: 0, last: none });
    // The only repository has none: nothing can be downloaded.
    expect(await diagnose({ options: without })).toMatchObject({ status: 3, verdict: 'broken', broken: [none] });
  });

  it('is broken by a proxy that cannot be used, if a server needs it', async () => {
    const options = ['SandboxUser = nobody', '[core]', 'Server = https://m', '[options]'];
    const env = { ...environment, https_proxy: 'gopher://p' };
    const why = 'the proxy of a server cannot be used: Only http, https and SOCKS proxies are supported, not gopher';
    expect(await diagnose({ options, env })).toMatchObject({ status: 3, verdict: 'broken', broken: [why] });
    expect(await diagnose({ options, env: { ...env, no_proxy: 'm' } })).toMatchObject({ status: 0, broken: [] });
  });

  it('prints the verdict first, then what is in force, and counts the attempts', async () => {
    const { status, stdout } = await run({});
    expect(status).toBe(0);
    expect(stdout).toMatch(/^:: full: every layer is in force\n/);
    expect(stdout).toMatch(
      /\n:: Attempts in the sandbox: (\d+) of \1 went as planned\n {2}"pacman-fetch doctor --verbose" lists each of them\.\n$/,
    );
    expect(stdout.trimEnd().split('\n').length).toBeLessThanOrEqual(24);
    expect(await run({}, '--quiet')).toMatchObject({ status: 0, stdout: ':: full: every layer is in force\n' });
  });

  it('lists every attempt where it is asked to', async () => {
    const { status, stdout } = await run({}, '--verbose');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^:: Downloads as nobody, on Linux \S+\n {2}SandboxUser in .*pacman\.conf:2$/m);
    expect(stdout).toMatch(/^ {2}landlock +enforced +fs\.\* \(\d+\), net\.bind_tcp/m);
    expect(stdout).toMatch(/^ {6}LAYER +ATTEMPTED +INSIDE +WITHOUT$/m);
    expect(stdout).toMatch(/^ {2}ok {2}landlock +open-write \.\.\.\/file +EACCES +OK$/m);
    expect(stdout).toMatch(/^ {2}ok {2}seccomp +unshare\(0\) +EPERM +OK$/m);
    const isPath = (line: string) => line.includes(folder.path);
    expect(stdout.split('\n').filter((line) => line.length > 80 && !isPath(line))).toEqual([]);
  });

  it('tries the sandbox of an XferCommand where one downloads, which may execute programs', async () => {
    const execve = async () => {
      const { attempts, notes, status } = await diagnose();
      const seen = attempts.find(({ feature }) => feature.startsWith('filter: execve('))?.seen;
      return { status, seen, isSaid: notes.some((note) => note.includes('XferCommand')) };
    };
    expect(await execve()).toEqual({ status: 0, seen: 'EPERM', isSaid: false });
    writeOwn('XferCommand = /usr/bin/curl -o %o %u');
    // The kernel's own word for no path at all.
    expect(await execve()).toEqual({ status: 0, seen: 'EFAULT', isSaid: true });
  });
});

describe.skipIf(missing('root'))('who downloads', () => {
  it('a user that does not exist is broken, with the remedy; the other layers are still shown', async () => {
    const { status, broken, states, findings } = await diagnose({ options: ['DownloadUser = nosuchuser'] });
    expect(status).toBe(3);
    expect(broken).toEqual([expect.stringMatching(/nosuchuser/)]);
    expect(findings[0]?.remedy).toMatch(/systemd-sysusers/);
    expect(states).toMatchObject(inForce);
  });

  it('nobody to download as is broken', async () => {
    const { status, user, broken, findings } = await diagnose({ options: [] });
    expect({ status, user }).toEqual({ status: 3, user: null });
    expect(broken).toEqual([
      `no user to download as: neither SandboxUser nor DownloadUser is set, and ${folder.file('cache')} belongs to root`,
    ]);
    expect(findings[0]?.remedy).toMatch(/^Set SandboxUser in .*, for instance alpm if it exists\.$/);
    expect((await run({ options: [] })).stdout).toMatch(/^:: broken: [^]*\n:: Nothing is downloaded, on Linux /);
  });

  it.each(['UseSandbox = no', 'SandboxUserSwitch = off'])(
    'root itself, by %s, is broken, and said so',
    async (line) => {
      const off = await diagnose({ options: ['SandboxUser = nobody', line] });
      expect(off).toMatchObject({
        status: 3,
        verdict: 'broken',
        user: { name: 'root', source: line },
        broken: [`${line}: pacman-fetch downloads as root`],
        partial: [],
      });
      // What is off is not said to be in force, and what is not there is not attempted.
      const isRestricted = line.startsWith('SandboxUserSwitch');
      const layersInForce = enforcedLayers(off.features);
      expect(layersInForce).toEqual(isRestricted ? ['caps', 'landlock', 'seccomp'] : []);
      expect(off.attempts.length > 0).toBe(isRestricted);
      const { stdout } = await run({ options: ['SandboxUser = nobody', line] });
      expect(stdout).toMatch(/^:: broken: [^]*\n:: Downloads as root, on Linux /);
      expect(stdout).not.toMatch(/in force|nothing is downloaded as root/);
    },
  );

  it('an ordinary user without a sandbox is partial: the twin', async () => {
    const { status, partial, features } = await diagnose({ ...nobody, options: ['UseSandbox = no'] });
    expect({ status, partial }).toEqual({
      status: 1,
      partial: ['UseSandbox = no: pacman-fetch downloads as this user'],
    });
    expect(enforcedLayers(features)).toEqual([]);
  });

  it('a configuration that can’t be read is usage, not a diagnosis', async () => {
    const { status, stdout } = await runProgram(process.execPath, [program, 'doctor', '-c', '/nonexistent'], {
      env: environment,
    });
    expect([status, stdout]).toEqual([2, '']);
  });
});

describe.skipIf(missing('root'))('directories', () => {
  beforeEach(() => {
    mkdirSync(folder.file('closed'), { mode: 0o700 });
    mkdirSync(folder.file('closed/cache'));
  });

  it.each([
    ['SandboxUser', 0, 'notes'],
    ['DownloadUser', 3, 'broken'],
  ] as const)('below a parent of mode 0700, with %s: status %i', async (key, status, level) => {
    const cache = `CacheDir = ${folder.file('closed/cache')}`;
    const diagnosis = await diagnose({ options: [`${key} = nobody`, cache] });
    expect(diagnosis.status).toBe(status);
    expect(diagnosis[level]).toContainEqual(expect.stringMatching(/nobody may not search \S+\/closed \(mode 0700\)/));
    chmodSync(folder.file('closed'), 0o711);
    expect(await diagnose({ options: [`${key} = nobody`, cache] })).toMatchObject({ status: 0, broken: [] });
  });

  it.each([
    ['SandboxUser', 'notes'],
    ['DownloadUser', 'broken'],
  ] as const)('that refuse chown, with %s', async (key, level) => {
    const options = [`${key} = nobody`];
    const refused = await diagnose({ options, ...bounded('chown') });
    expect(refused[level]).toContainEqual(expect.stringMatching(/cache refuses chown \(EPERM\)/));
    // The first test is the twin of the one, in which nothing is said of it.
    if (level === 'broken') expect((await diagnose({ options }))[level]).toEqual([]);
  });

  it('on a read-only file system are broken', async () => {
    const mount = 'mount -t tmpfs -o ro none "$0" && exec "$@"';
    const prefix = ['unshare', '--mount', 'sh', '-c', mount, folder.file('cache')];
    expect(await diagnose({ prefix })).toMatchObject({ status: 3, broken: [expect.stringMatching(/as root: EROFS/)] });
  });
});

describe.skipIf(missing('linux', 'root', 'landlock7', 'libcap'))('with fewer rights', () => {
  it('an ordinary user has every layer but the bounding set, and says so', async () => {
    const { status, partial, states, notes } = await diagnose(nobody);
    expect([status, partial]).toEqual([0, []]);
    for (const name of ['bounding', 'securebits']) {
      const said = new RegExp(`^caps \\(${name}\\) .*CAP_SETPCAP.*; nothing can be gained by it`);
      expect(notes).toContainEqual(expect.stringMatching(said));
    }
    expect(states).toMatchObject({ ...inForce, 'privdrop.user': 'already' });
    expect(notes).toContainEqual(expect.stringMatching(/cannot write to .* as this user: EACCES/));
    // Whoever isn't root never has these two: requiring the rest is no reason to be broken.
    const strict = await diagnose({ ...nobody, options: ['SandboxUser = nobody', 'SandboxCapabilities = require'] });
    expect([strict.status, strict.broken]).toEqual([0, []]);
    // A user to whom it cannot switch does not download.
    const { stdout } = await run({ ...nobody, options: ['SandboxUser = daemon'] });
    expect(stdout).toMatch(
      /^:: Downloads as nobody, on .*\n {2}started as an ordinary user; as root: daemon, by SandboxUser in .*:2\n/m,
    );
  });

  it('without CAP_SYS_ADMIN, as in a container, is full', async () => {
    expect(await diagnose(bounded('sys_admin'))).toMatchObject({ status: 0, broken: [] });
  });

  it('without CAP_SETUID root can’t become anybody: broken', async () => {
    const { status, broken, states } = await diagnose(bounded('setuid'));
    expect(status).toBe(3);
    expect(broken).toEqual([expect.stringMatching(/lacks CAP_SETUID, so it cannot switch to/)]);
    expect(states).toMatchObject(inForce);
  });

  it('beneath the rules and with the capabilities of Docker is full', async () => {
    const diagnosis = await diagnose({ prefix: dockerCapabilities, filter: dockerFilter() });
    expect(diagnosis).toMatchObject({ status: 0, partial: [], broken: [], states: inForce });
    // The filter is there: it denies what works without one. So our own shows nothing by it, and isn't said to.
    const denied = diagnosis.attempts.filter(({ control }) => control === 'EPERM');
    expect(denied.map(({ feature }) => feature)).toContain('filter: unshare(0)');
    for (const { result, reason } of denied) {
      expect({ result, reason }).toEqual({ result: 'unproved', reason: 'it fails with EPERM without the sandbox too' });
    }
    expect(diagnosis.notes).toContainEqual(
      expect.stringMatching(/^\d of \d+ attempts for seccomp fail without the sandbox as well: .*unshare\(0\)/),
    );
  });

  it('shows what proves nothing as such', async () => {
    const { stdout } = await run({ prefix: dockerCapabilities, filter: dockerFilter() });
    expect(stdout).toMatch(/^ {2}unproved {2}seccomp +unshare\(0\) +EPERM +EPERM$/m);
    const isPath = (line: string) => line.includes(folder.path);
    const tooLong = stdout
      .split('\n')
      .filter((line) => line.length > 80 && !isPath(line) && !/^note: |^ {7}/.test(line));
    expect(tooLong).toEqual([]);
  });
});

describe.skipIf(missing('linux', 'root', 'landlock7'))('without Landlock', () => {
  it('is broken where the configuration requires it', async () => {
    const options = ['SandboxUser = nobody', 'SandboxFilesystem = require'];
    expect(await diagnose({ options })).toMatchObject({ status: 0, broken: [] });
    const { status, broken } = await diagnose({ options, filter: withoutLandlock('EOPNOTSUPP') });
    expect([status, broken]).toEqual([3, [expect.stringMatching(/not in lsm=/)]]);
  });

  it.each(['DisableSandbox', 'DisableSandboxFilesystem', 'SandboxFilesystem = off'])(
    'because of %s is partial, and nothing is attempted for it',
    async (line) => {
      const { status, partial, attempts } = await diagnose({ options: ['SandboxUser = nobody', line] });
      expect(status).toBe(1);
      expect(partial).toContainEqual(expect.stringMatching(/^landlock is switched off \(.*\)$/));
      expect(attempts.map(({ layer }) => layer)).not.toContain('landlock');
      expect(attempts.map(({ layer }) => layer)).toContain('privdrop');
    },
  );

  it.each([
    ['EOPNOTSUPP', /is built into Linux \S+, but is not in lsm=/],
    ['ENOSYS', /a system-call filter hides it/],
    ['EPERM', /a system-call filter forbids it/],
  ] as const)('%s is partial, and names the cause; the rest is in force', async (errno, cause) => {
    const { status, partial, states } = await diagnose({ filter: withoutLandlock(errno) });
    expect(status).toBe(1);
    expect(partial).toEqual([expect.stringMatching(cause)]);
    expect(states).toMatchObject({ 'privdrop.user': 'enforced', 'seccomp.filter': 'enforced' });
  });
});

describe.skipIf(missing('linux', 'root', 'unshare', 'userNamespaces'))('in a user namespace', () => {
  it('whose root is the only user is broken where another is asked for', async () => {
    const { status, broken } = await diagnose({ ...nobody, prefix: ['unshare', '--user', '--map-root-user'] });
    expect(status).toBe(3);
    expect(broken).toContainEqual(expect.stringMatching(/does not exist in this user namespace/));
  });

  it('that denies setgroups keeps the groups, and says so', async () => {
    const prefix = ['setpriv', '--groups=27', 'unshare', '--user', '--map-user=1', '--map-group=1'];
    const { status, partial } = await diagnose({ prefix, options: ['SandboxUser = daemon'] });
    expect(status).toBe(1);
    expect(partial).toContainEqual(expect.stringMatching(/^privdrop \(groups\) .*setgroups is denied/));
  });
});

describe.skipIf(missing('linux', 'root', 'fakeroot'))('under fakeroot', () => {
  it('isn’t taken for root, and names fakeroot', async () => {
    chownSync(folder.file('cache'), nobody.uid, nobody.gid);
    const { status, partial } = await diagnose({ ...nobody, prefix: ['fakeroot'], options: ['SandboxUser = daemon'] });
    expect(status).toBe(1);
    expect(partial).toContainEqual(
      expect.stringMatching(/fakeroot only pretends to be root; the kernel sees uid 65534/),
    );
  });
});
