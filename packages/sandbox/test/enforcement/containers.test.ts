/* In containers and on lesser kernels: what can be had is in force, what can't has a reason, what is required refuses. */
import { dockerCapabilities, dockerFilter, withoutLandlock } from '@sb/containers';
import { missing, probeArguments, probePath } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { nobody } from '../attack/place.js';
import { type Started, startIn, type StartRequest, states } from '../start.js';

const everything = ['process', 'privdrop', 'caps', 'landlock', 'seccomp'];
const attempts = [
  ['open-write', '/proc/self/comm'],
  ['raise-permitted', 0],
  ['setresuid', 0, 0, 0],
  ['bind-tcp', 47_711],
  ['unshare-user'],
  ['add-key'],
  ['open-read', '/etc/passwd'],
] as const;
/** By Landlock, capabilities, ids, Landlock, filter, filter; and what stays allowed. */
const confined = ['EACCES', 'EPERM', 'EPERM', 'EACCES', 'EPERM', 'EPERM', 'OK'];

async function attacked(request: Omit<StartRequest, 'program'>, options: object = {}): Promise<Started> {
  const args = ['--apart', ...probeArguments(attempts)];
  return await startIn({ ...request, program: probePath(), args }, options);
}

const answers = ({ stdout = '' }: Started) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[2]);

/** What is missing, each with its reason. */
const lacking = ({ report }: Started): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(
    (report?.features ?? [])
      .filter(({ state }) => state === 'unsupported')
      .map(({ layer, feature, reason }) => [`${layer}.${feature}`, reason]),
  );

/** Nothing ran. */
const refused = (started: Started, error: object) => {
  expect(started.error).toMatchObject(error);
  expect([started.stdout ?? '', started.report]).toEqual(['', undefined]);
};

const bounded = (...dropped: readonly string[]) => ({
  prefix: ['/usr/bin/setpriv', `--bounding-set=${dropped.map((name) => `-${name}`).join(',')}`],
});

describe.skipIf(missing('linux', 'root', 'landlock7', 'libcap'))('with fewer capabilities', () => {
  it('needs no cap_sys_admin', async () => {
    const started = await attacked({ policy: { user: 'nobody' } }, bounded('sys_admin'));
    expect(answers(started)).toEqual(confined);
    expect(started.report?.status).toBe('full');
  });

  it('continues without the bounding set and securebits if cap_setpcap is missing, and says so', async () => {
    const started = await attacked({ policy: { user: 'nobody' } }, bounded('setpcap'));
    expect(answers(started)).toEqual(confined);
    expect(lacking(started)).toEqual({
      'caps.bounding': expect.stringMatching(/CAP_SETPCAP/),
      'caps.securebits': expect.stringMatching(/CAP_SETPCAP/),
    });
    const strict = { user: 'nobody', require: ['caps.bounding'] };
    refused(await attacked({ policy: strict }, bounded('setpcap')), { layer: 'caps', code: 'not-permitted' });
  });

  it.each([[[]], [everything]])('never-goes-on-as-root without cap_setuid, even with prefer: %j', async (prefer) => {
    const started = await attacked({ policy: { user: 'nobody', prefer } }, bounded('setuid'));
    refused(started, { layer: 'privdrop', code: 'not-permitted', message: expect.stringMatching(/CAP_SETUID/) });
  });
});

describe.skipIf(missing('linux', 'root', 'landlock7', 'libcap'))('in a container of Docker', () => {
  const above = dockerFilter();
  const options = { prefix: dockerCapabilities };

  it('has every layer, beneath the filter and the capabilities of the container', async () => {
    const started = await attacked({ policy: { user: 'nobody' }, above }, options);
    expect(answers(started)).toEqual(confined);
    expect(started.report?.status).toBe('full');
    expect(lacking(started)).toEqual({});
  });

  it('is a container: it denies some of that without a sandbox, and not all', async () => {
    const open = { caps: 'off', landlock: 'off', seccomp: 'off' } as const;
    const inContainer = await attacked({ policy: open, above }, options);
    expect(answers(inContainer)).toEqual(['OK', 'OK', 'OK', 'OK', 'EPERM', 'EPERM', 'OK']);
    expect(answers(await attacked({ policy: open }))).toEqual(confined.map(() => 'OK'));
  });

  it('whose filter is older than Landlock goes on without it where that is preferred', async () => {
    const request = { policy: { user: 'nobody', prefer: ['landlock'] }, above: withoutLandlock('EPERM') };
    const started = await attacked(request, options);
    expect(answers(started)).toEqual(['OK', 'EPERM', 'EPERM', 'OK', 'EPERM', 'EPERM', 'OK']);
    expect(lacking(started)['landlock.fs.write_file']).toMatch(/EPERM/);
    refused(await attacked({ ...request, policy: { user: 'nobody' } }, options), { layer: 'landlock' });
  });
});

describe.skipIf(missing('linux', 'root', 'landlock7'))('on a kernel without Landlock', () => {
  it.each([
    ['ENOSYS', 'unsupported-kernel', /no Landlock/],
    ['EOPNOTSUPP', 'disabled-at-boot', /not enabled/],
  ] as const)('%s: refuses, or does the rest where that is preferred', async (error, code, reason) => {
    const above = withoutLandlock(error);
    refused(await attacked({ policy: { user: 'nobody' }, above }), { layer: 'landlock', code });
    const started = await attacked({ policy: { user: 'nobody', prefer: ['landlock'] }, above });
    expect(answers(started)).toEqual(['OK', 'EPERM', 'EPERM', 'OK', 'EPERM', 'EPERM', 'OK']);
    expect(started.report?.status).toBe('partial');
    expect(lacking(started)['landlock.fs.write_file']).toMatch(reason);
    expect(states(started.report)).toMatchObject({ 'privdrop.user': 'enforced', 'seccomp.filter': 'enforced' });
  });
});

describe.skipIf(missing('linux', 'root', 'landlock7', 'unshare', 'userNamespaces'))('in a user namespace', () => {
  const namespace = { ...nobody, prefix: ['/usr/bin/unshare', '--user', '--map-root-user'] };

  it('has every layer but another user: its root is the only one there is', async () => {
    const started = await attacked({ policy: {} }, namespace);
    expect(answers(started)).toEqual(confined.map((answer, index) => (index === 2 ? 'OK' : answer)));
    expect(started.report?.status).toBe('full');
    refused(await attacked({ policy: { user: 'nobody' } }, namespace), { layer: 'privdrop', code: 'not-mapped' });
    // A process that is root there does not go on as root, whatever is preferred.
    const preferring = { policy: { user: 'nobody', prefer: everything } };
    refused(await attacked(preferring, namespace), { layer: 'privdrop', code: 'not-mapped' });
  });

  it('where setgroups is denied keeps the groups where that is preferred, and says so', async () => {
    const prefix = ['/usr/bin/setpriv', '--groups=27', '/usr/bin/unshare', '--user', '--map-user=1', '--map-group=1'];
    refused(await attacked({ policy: { user: 1 } }, { prefix }), { layer: 'privdrop', code: 'setgroups-denied' });
    const started = await attacked({ policy: { user: 1, prefer: ['privdrop'] } }, { prefix });
    // There is no uid 0 in this namespace.
    expect(answers(started)).toEqual(confined.map((answer, index) => (index === 2 ? 'EINVAL' : answer)));
    expect(lacking(started)['privdrop.groups']).toMatch(/setgroups is denied/);
    expect(states(started.report)).toMatchObject({ 'privdrop.user': 'already', 'landlock.fs.write_file': 'enforced' });
  });
});

describe.skipIf(missing('linux', 'root', 'landlock7', 'fakeroot'))('under fakeroot', () => {
  const fake = { ...nobody, prefix: ['/usr/bin/fakeroot'] };

  it('isn’t taken for root: another user is unsupported, the rest is in force', async () => {
    refused(await attacked({ policy: { user: 'daemon' } }, fake), {
      layer: 'privdrop',
      message: expect.stringMatching(/uid 65534/),
    });
    const started = await attacked({ policy: { user: 'daemon', prefer: ['privdrop'] } }, fake);
    expect(answers(started)).toEqual(confined);
    expect(lacking(started)['privdrop.user']).toMatch(/is not root/);
    expect(states(started.report)).toMatchObject({
      'landlock.fs.write_file': 'enforced',
      'seccomp.filter': 'enforced',
    });
  });
});
