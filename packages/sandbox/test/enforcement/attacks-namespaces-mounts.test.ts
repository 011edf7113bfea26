/* New namespaces, other namespaces, mounts, other roots, files by their handles. */
import { missing } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { makePlace } from '../attack/place.js';
import { describeAttacks, inside, works, worksForRoot } from '../attack/suite.js';

/** CLONE_NEW* (linux/sched.h). */
const namespaces = {
  time: 0x80,
  mount: 0x2_0000,
  cgroup: 0x200_0000,
  uts: 0x400_0000,
  ipc: 0x800_0000,
  user: 0x1000_0000,
  pid: 0x2000_0000,
  net: 0x4000_0000,
} as const;
const { user, time, ...others } = namespaces;

describe.skipIf(missing('linux', 'root', 'userNamespaces'))('namespaces and mounts', () => {
  describeAttacks('from inside', {
    attacks: ({ empty, file }) => [
      works(['unshare', user], 'EPERM'),
      works(['unshare-user'], 'EPERM'),
      worksForRoot(['unshare', time], 'EPERM'),
      ...Object.values(others).map((flag) => worksForRoot(['unshare', flag], 'EPERM')),
      works(['clone', user], 'EPERM'),
      works(['clone', user | others.mount | others.net], 'EPERM'),
      ...Object.values(others).map((flag) => worksForRoot(['clone', flag], 'EPERM')),
      // CLONE_PARENT: whoever started the program gets a child that it doesn't know, and never waits for. ECHILD: made.
      { attempt: ['clone', 0x8000], control: 'ECHILD', denied: 'EPERM' },
      // The flags of clone3 lie behind a pointer: ENOSYS, so that a C library falls back to clone.
      works(['clone3'], 'ENOSYS'),
      works(['clone3', user], 'ENOSYS'),
      worksForRoot(['enter-namespace', '/proc/self/ns/net'], 'EPERM'),
      worksForRoot(['enter-namespace', '/proc/self/ns/uts'], 'EPERM'),
      worksForRoot(['mount', empty], 'EPERM'),
      worksForRoot(['open-tree', '/'], 'EPERM'),
      worksForRoot(['open-file-system'], 'EPERM'),
      worksForRoot(['chroot'], 'EPERM'),
      worksForRoot(['set-hostname'], 'EPERM'),
      worksForRoot(['open-handle', file], 'EPERM'),
      // pivot_root, umount2, mount_setattr and move_mount of nothing: EFAULT and the like where they are let through.
      { attempt: ['syscall', 155, 0, 0], control: { root: 'EFAULT', ordinary: 'EPERM' }, denied: 'EPERM' },
      { attempt: ['syscall', 166, 0, 0], control: { root: 'EFAULT', ordinary: 'EFAULT' }, denied: 'EPERM' },
      { attempt: ['syscall', 442, -1, 0, 0, 0, 0], control: { root: 'EINVAL', ordinary: 'EINVAL' }, denied: 'EPERM' },
      { attempt: ['syscall', 429, -1, 0, -1, 0, 0], control: { root: 'EFAULT', ordinary: 'EPERM' }, denied: 'EPERM' },
    ],
    twins: () => [['fork'], ['thread'], ['stat', '/proc/self/ns/net']],
  });

  it('leaves no mount to a root without capabilities, nor to one without a filter', async () => {
    using place = await makePlace({});
    const attempts = [['open-file-system'], ['chroot'], ['unshare', others.net]] as const;
    expect(await inside('root', [...attempts, ['mount', place.empty]], { seccomp: 'off' })).toEqual(
      Array.from({ length: 4 }, () => 'EPERM'),
    );
    expect(await inside('root', attempts, { caps: 'off' })).toEqual(['EPERM', 'EPERM', 'EPERM']);
    expect(await inside('root', attempts, { caps: 'off', seccomp: 'off' })).toEqual(['OK', 'OK', 'OK']);
  });

  it('cannot-gain-capabilities-in-a-user-namespace', async () => {
    const attempts = [['unshare-user'], ['has-effective', 21], ['setresuid', 0, 0, 0]] as const;
    expect((await inside('ordinary', attempts, { seccomp: 'off' }, 'together')).slice(0, 2)).toEqual(['OK', 'OK']);
    expect(await inside('ordinary', attempts, {}, 'together')).toEqual(['EPERM', 'EPERM', 'EPERM']);
  });
});
