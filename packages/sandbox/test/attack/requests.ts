/* Calls and requests that change a file for good, by descriptors for reading as well. */
import { syscallNumber } from '@sb/seccomp';

/** All calls of x86-64 and arm64 that change a file's mode, owner, times or attributes. */
const metadataCalls = `
  chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes futimesat utimensat
  setxattr lsetxattr fsetxattr setxattrat file_setattr removexattr lremovexattr fremovexattr removexattrat`;

/** The calls of this machine with arguments that mean nothing: EBADF, EFAULT and the like where they are let through. */
export const harmlessMetadata = metadataCalls
  .trim()
  .split(/\s+/)
  .map((name) => syscallNumber(name, process.arch === 'arm64' ? 'aarch64' : 'x86_64'))
  .filter((number) => number !== undefined)
  .map((number) => ['syscall', number, -1, -1, -1, -1, -1, -1] as const);

/** Requests that change a file or folder for good by a descriptor for reading, as the kernel's headers have them. */
export const lastingRequests: Readonly<Record<string, number>> = {
  FS_IOC_SETFLAGS: 0x4008_6602,
  FS_IOC32_SETFLAGS: 0x4004_6602,
  FS_IOC_FSSETXATTR: 0x401c_5820,
  FS_IOC_SETVERSION: 0x4008_7602,
  FS_IOC32_SETVERSION: 0x4004_7602,
  EXT4_IOC_SETVERSION: 0x4008_6604,
  EXT4_IOC32_SETVERSION: 0x4004_6604,
  FS_IOC_SET_ENCRYPTION_POLICY: 0x800c_6613,
  FS_IOC_ENABLE_VERITY: 0x4080_6685,
  FAT_IOCTL_SET_ATTRIBUTES: 0x4004_7211,
  EXT4_IOC_MIGRATE: 0x6609,
  EXT4_IOC_ALLOC_DA_BLKS: 0x660c,
  BTRFS_IOC_DEFRAG: 0x5000_9402,
  BTRFS_IOC_DEFRAG_RANGE: 0x4030_9410,
  BTRFS_IOC_SUBVOL_SETFLAGS: 0x4008_941a,
  BTRFS_IOC_SET_RECEIVED_SUBVOL: 0xc0c8_9425,
  BTRFS_IOC_SET_RECEIVED_SUBVOL_32: 0xc0c0_9425,
  BTRFS_IOC_SNAP_CREATE: 0x5000_9401,
  BTRFS_IOC_SUBVOL_CREATE: 0x5000_940e,
  BTRFS_IOC_SNAP_DESTROY: 0x5000_940f,
  BTRFS_IOC_SNAP_CREATE_V2: 0x5000_9417,
  BTRFS_IOC_SUBVOL_CREATE_V2: 0x5000_9418,
  BTRFS_IOC_SNAP_DESTROY_V2: 0x5000_943f,
  BCH_IOCTL_SUBVOLUME_CREATE: 0x4020_bc10,
  BCH_IOCTL_SUBVOLUME_DESTROY: 0x4020_bc11,
  BCH_IOCTL_SUBVOLUME_CREATE_V2: 0x4030_bc1d,
  BCH_IOCTL_SUBVOLUME_DESTROY_V2: 0x4030_bc1e,
  OCFS2_IOC_REFLINK: 0x4018_6f04,
  F2FS_IOC_SET_PIN_FILE: 0x4004_f50d,
  F2FS_IOC_RELEASE_COMPRESS_BLOCKS: 0x8008_f512,
  F2FS_IOC_RESERVE_COMPRESS_BLOCKS: 0x8008_f513,
  FIDEDUPERANGE: 0xc018_9436,
  FS_IOC_ADD_ENCRYPTION_KEY: 0xc050_6617,
  FS_IOC_REMOVE_ENCRYPTION_KEY: 0xc040_6618,
  FS_IOC_REMOVE_ENCRYPTION_KEY_ALL_USERS: 0xc040_6619,
};
