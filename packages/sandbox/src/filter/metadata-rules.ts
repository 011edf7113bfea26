import type { LandlockPolicy } from '@sb/landlock';
import { arg, type Rule, type SeccompOptions } from '@sb/seccomp';

import type { Question } from './questions.js';
import { sharedIpc } from '../policy/unix-and-ipc.js';
import { failing } from '../policy/failing.js';
import { mayAllow } from './may-allow.js';

/**
 * Calls that change mode, owner, times and extended attributes of a file. Landlock has no right for them (landlock.rst,
 * "Filesystem actions"), so the owner of a file can change those in any place.
 */
const callsByKind = {
  modes: `
  chmod fchmod fchmodat fchmodat2`,
  owners: `
  chown fchown lchown fchownat chown32 fchown32 lchown32`,
  times: `
  utime utimes futimesat utimensat utimensat_time64`,
  attributes: `
  setxattr lsetxattr fsetxattr setxattrat file_setattr removexattr lremovexattr fremovexattr removexattrat`,
} as const;

const namesOf = (text: string): readonly string[] => text.trim().split(/\s+/);

/** All of those calls. */
export const metadataCalls: readonly string[] = Object.values(callsByKind).flatMap(namesOf);

/**
 * Requests of ioctl(2) by which an owner changes a file or directory permanently through a descriptor that is open only
 * for reading: linux/fs.h, fscrypt.h, fsverity.h, msdos_fs.h, ext4.h, btrfs.h and f2fs.h.
 */
const lastingRequests = [
  // The flags of chattr(1): FS_IOC_SETFLAGS, FS_IOC32_SETFLAGS, FS_IOC_FSSETXATTR; FAT_IOCTL_SET_ATTRIBUTES.
  0x4008_6602, 0x4004_6602, 0x401c_5820, 0x4004_7211,
  // The generation: FS_IOC_SETVERSION, FS_IOC32_SETVERSION, EXT4_IOC_SETVERSION, EXT4_IOC32_SETVERSION.
  0x4008_7602, 0x4004_7602, 0x4008_6604, 0x4004_6604,
  // FS_IOC_SET_ENCRYPTION_POLICY and FS_IOC_ENABLE_VERITY, which cannot be undone.
  0x800c_6613, 0x4080_6685,
  // The layout of a file on the disk: EXT4_IOC_MIGRATE, EXT4_IOC_ALLOC_DA_BLKS, BTRFS_IOC_DEFRAG and
  // BTRFS_IOC_DEFRAG_RANGE.
  0x6609, 0x660c, 0x5000_9402, 0x4030_9410,
  // BTRFS_IOC_SUBVOL_SETFLAGS, BTRFS_IOC_SET_RECEIVED_SUBVOL and its form for 32 bits.
  0x4008_941a, 0xc0c8_9425, 0xc0c0_9425,
  // F2FS_IOC_SET_PIN_FILE, F2FS_IOC_RELEASE_COMPRESS_BLOCKS and F2FS_IOC_RESERVE_COMPRESS_BLOCKS.
  0x4004_f50d, 0x8008_f512, 0x8008_f513,
] as const;

/** Requests that make and remove directories without any hook of Landlock, in every directory that can be opened. */
const subvolumeRequests = [
  // BTRFS_IOC_SNAP_CREATE, SUBVOL_CREATE and SNAP_DESTROY, and the second version of each (btrfs.h).
  0x5000_9401, 0x5000_940e, 0x5000_940f, 0x5000_9417, 0x5000_9418, 0x5000_943f,
  // BCH_IOCTL_SUBVOLUME_CREATE and SUBVOLUME_DESTROY, and the second version of each (bcachefs_ioctl.h): by path.
  0x4020_bc10, 0x4020_bc11, 0x4030_bc1d, 0x4030_bc1e,
] as const;

/** Makes a file by path, with the content of another one, also without a hook: OCFS2_IOC_REFLINK (ocfs2_ioctl.h). */
const reflinkRequest = 0x4018_6f04;

/**
 * Requests that add and remove the keys of encrypted directories, for all users of the machine:
 * FS_IOC_ADD_ENCRYPTION_KEY, FS_IOC_REMOVE_ENCRYPTION_KEY and FS_IOC_REMOVE_ENCRYPTION_KEY_ALL_USERS (fscrypt.h).
 */
const keyRequests = [0xc050_6617, 0xc040_6618, 0xc040_6619] as const;

/** Makes one file share the blocks of another; its owner needs only a descriptor for reading: FIDEDUPERANGE (fs.h). */
const dedupeRequest = 0xc018_9436;

/** Requests that almost no program needs, even one that writes. */
const rareRequests = [...subvolumeRequests, reflinkRequest, ...keyRequests, dedupeRequest] as const;

const O_CREAT = 0x40;

/**
 * POSIX message queues are made and removed without any hook of Landlock (ipc/mqueue.c): mq_open then refuses to open
 * the queue that it made, and leaves it.
 */
const queueRules = (): readonly Rule[] => [
  { syscall: 'mq_open', when: [arg(1).maskedNe32(O_CREAT, 0)], action: failing('EPERM') },
  { syscall: 'mq_unlink', when: [], action: failing('EPERM') },
];

const deniedRequest = (request: number): Rule => ({
  syscall: 'ioctl',
  when: [arg(1).eq32(request)],
  action: failing('EPERM'),
});

const asks = (request: number): Question => ['ioctl', undefined, request];

/** Each kind of metadata, and the calls that change it; an io_uring sets extended attributes without such a call. */
export const metadataKinds: readonly { readonly what: string; readonly by: readonly Question[] }[] = [
  ...Object.entries(callsByKind).map(([what, text]) => {
    const by = namesOf(text).map((name): Question => [name]);
    return {
      what,
      by: what === 'attributes' ? [...by, ['io_uring_setup'] as const, ...lastingRequests.map(asks)] : by,
    };
  }),
  { what: 'subvolumes', by: subvolumeRequests.map(asks) },
  { what: 'reflinks', by: [asks(reflinkRequest)] },
  { what: 'encryption keys', by: keyRequests.map(asks) },
  { what: 'shared blocks', by: [asks(dedupeRequest)] },
];

/** Rights that change nothing. */
const harmless: ReadonlySet<string> = new Set(['read_file', 'read_dir', 'execute', 'ioctl_dev', 'resolve_unix']);

/** Whether a ruleset allows writing only to /dev/null, so that no program needs to change the metadata of a file. */
function isReadOnly(ruleset: LandlockPolicy | undefined): boolean {
  if (ruleset?.handled.fs.includes('write_file') !== true) return false;
  return ruleset.paths.every(
    ({ path, rights }) => path === '/dev/null' || rights.every((right) => harmless.has(right)),
  );
}

/** Whether a ruleset restricts making and removing directories. */
function handlesFolders(ruleset: LandlockPolicy | undefined): boolean {
  return ['make_dir', 'remove_dir'].some((right) => ruleset?.handled.fs.some((one) => one === right));
}

/**
 * Adds to a filter what a ruleset leaves open. If writing is allowed anywhere, the calls for metadata stay allowed:
 * tar, cp and git need them, and a filter sees no path. Almost no program needs subvolumes. A call that the caller
 * allows by name stays allowed too; `openBypasses` reports it.
 *
 * @param filter - the filter's options
 * @param ruleset - the ruleset of the same sandbox, if there is one
 */
export function withMetadataRules(filter: SeccompOptions, ruleset: LandlockPolicy | undefined): SeccompOptions {
  const { allow = [], deny = [], rules = [] } = filter;
  const readOnly = isReadOnly(ruleset);
  const calls = readOnly ? metadataCalls.filter((name) => !allow.includes(name)) : [];
  const requests = [...(readOnly ? lastingRequests : []), ...(readOnly || handlesFolders(ruleset) ? rareRequests : [])];
  if (requests.length === 0) return filter;
  const closed = !allow.includes('ioctl') && mayAllow(filter, 'ioctl') ? requests.map(deniedRequest) : [];
  const isGranted = (name: string) => allow.includes(sharedIpc) || allow.includes(name);
  const queues = queueRules().filter(({ syscall }) => readOnly && !isGranted(syscall) && mayAllow(filter, syscall));
  return { ...filter, deny: [...new Set([...deny, ...calls])], rules: [...rules, ...closed, ...queues] };
}
