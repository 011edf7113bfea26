/** A feature that Landlock can restrict, with its bit and its first ABI. */
interface Entry {
  readonly bit: number;
  /** The first ABI that has it. */
  readonly abi: number;
}

/** A file-system right, and whether it applies to a file that is not a directory. */
interface FsEntry extends Entry {
  readonly onFile: boolean;
}

const fs = (bit: number, abi: number, onFile = false): FsEntry => ({ bit, abi, onFile });

/**
 * The file-system rights by their kernel names (`LANDLOCK_ACCESS_FS_*` of `linux/landlock.h`).
 * `native/landlock_abi.h` has the same numbers.
 */
export const fsRights = {
  execute: fs(0, 1, true),
  write_file: fs(1, 1, true),
  read_file: fs(2, 1, true),
  read_dir: fs(3, 1),
  remove_dir: fs(4, 1),
  remove_file: fs(5, 1),
  make_char: fs(6, 1),
  make_dir: fs(7, 1),
  make_reg: fs(8, 1),
  make_sock: fs(9, 1),
  make_fifo: fs(10, 1),
  make_block: fs(11, 1),
  make_sym: fs(12, 1),
  refer: fs(13, 2),
  truncate: fs(14, 3, true),
  ioctl_dev: fs(15, 5, true),
  resolve_unix: fs(16, 9, true),
} as const satisfies Record<string, FsEntry>;

/** The network rights by their kernel names (`LANDLOCK_ACCESS_NET_*`). */
export const netRights = {
  bind_tcp: { bit: 0, abi: 4 },
  connect_tcp: { bit: 1, abi: 4 },
  bind_udp: { bit: 2, abi: 10 },
  connect_send_udp: { bit: 3, abi: 10 },
} as const satisfies Record<string, Entry>;

/** The scopes by their kernel names (`LANDLOCK_SCOPE_*`). */
export const scopes = {
  abstract_unix_socket: { bit: 0, abi: 6 },
  signal: { bit: 1, abi: 6 },
} as const satisfies Record<string, Entry>;

/** Options of the audit log (`LANDLOCK_RESTRICT_SELF_LOG_*`; `quiet` is `LANDLOCK_ADD_RULE_QUIET`). */
export const logFeatures = {
  same_exec_off: { bit: 0, abi: 7 },
  new_exec_on: { bit: 1, abi: 7 },
  subdomains_off: { bit: 2, abi: 7 },
  quiet: { bit: 0, abi: 10 },
} as const satisfies Record<string, Entry>;

/** `LANDLOCK_RESTRICT_SELF_TSYNC`: the kernel restricts every thread at once. */
export const tsync = { bit: 3, abi: 8 } as const satisfies Entry;

/**
 * The first ABI under which `connect_tcp` is certain to cover TCP Fast Open by sending (Linux 7.2, commit 33cb713db016). Later
 * releases of older kernels cover it too, for instance 6.12.112. No erratum tells which ones.
 */
export const fastOpenAbi = 10;

/** The newest ABI whose rights this package knows by name. */
export const newestAbi = 11;

/**
 * A right that is newer than this package, by its bit. The name is a warning: its ABI and meaning are unknown here, and nothing
 * checks that the number is the intended one. Bits 0 to 52.
 */
export type UnknownBit = `unsafe_unknown_bit_${number}`;

/** A file-system right by its kernel name. */
export type FsRight = keyof typeof fsRights | UnknownBit;
/** A network right by its kernel name. */
export type NetRight = keyof typeof netRights | UnknownBit;
/** A scope by its kernel name. */
export type Scope = keyof typeof scopes | UnknownBit;
/** A feature of the audit log. */
export type LogFeature = keyof typeof logFeatures;

/** The groups of features, by the prefix of their names in a report. */
export type Group = 'fs' | 'net' | 'scope' | 'log';

const tables: Readonly<Record<Group, Readonly<Record<string, Entry>>>> = {
  fs: fsRights,
  net: netRights,
  scope: scopes,
  log: logFeatures,
};

/** JavaScript numbers cannot represent higher bits exactly. */
const highestBit = 52;

/**
 * Returns the bit and ABI of a right, or undefined for an unknown name. A bit that is given by number counts as newer than every
 * known ABI. A bit that has a name is refused under its number.
 */
export function entryOf(group: Group, name: string): Entry | undefined {
  const table = tables[group];
  if (Object.hasOwn(table, name)) return table[name];
  const bit = Number(/^unsafe_unknown_bit_(\d{1,2})$/.exec(name)?.[1] ?? Number.NaN);
  if (!(bit <= highestBit) || group === 'log') return undefined;
  return Object.values(table).some((known) => known.bit === bit) ? undefined : { bit, abi: newestAbi + 1 };
}

/** Returns the position of a right in the kernel's header, for sorting. Rights without a name come last, by their bits. */
export function orderOf(group: Group, name: string): number {
  const index = Object.keys(tables[group]).indexOf(name);
  return index >= 0 ? index : highestBit + (entryOf(group, name)?.bit ?? 0);
}

/** Returns the name of a file-system right by its bit. */
export function fsRightOf(bit: number): FsRight {
  const named = Object.entries(fsRights).find(([, entry]) => entry.bit === bit);
  return named === undefined ? `unsafe_unknown_bit_${bit}` : (named[0] as FsRight);
}

/** Returns every name of a group that an ABI has, in the order of the kernel's header. */
export function namesOf(group: Group, abi: number): readonly string[] {
  return Object.entries(tables[group])
    .filter(([, entry]) => entry.abi <= abi)
    .map(([name]) => name);
}

/** Whether a right applies to a file that is not a directory. The kernel decides about unknown rights. */
export function isFileRight(right: FsRight): boolean {
  return right in fsRights ? fsRights[right as keyof typeof fsRights].onFile : true;
}

/** Returns the mask of some rights of one group. */
export function maskOf(group: Group, names: readonly string[]): bigint {
  return names.reduce((mask, name) => mask | (1n << BigInt(entryOf(group, name)?.bit ?? 0)), 0n);
}
