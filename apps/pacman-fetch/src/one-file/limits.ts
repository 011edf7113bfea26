import { defaultLimits, type Limits as FetcherLimits } from '@sb/fetcher/files';

/** Limits of one download. */
export interface Limits {
  /** Largest file, in bytes; undefined: limited only by the disk. */
  readonly maxBytes: number | undefined;
  /** Whether to resume from the existing part: databases and signatures change under the same name. */
  readonly mayResume: boolean;
  /** Whether its time matters: the time of a database decides whether the next server has a newer one. */
  readonly isDated: boolean;
  /** Limits of time and redirects. */
  readonly time: FetcherLimits;
}

const KiB = 1024;
const MiB = 1024 * KiB;

const databases = /\.(?:db|files)$/;

/** pacman's own limits by the kind of file. A package is limited only by the disk, since its size is not known here. */
const sizes: readonly (readonly [name: RegExp, maxBytes: number])[] = [
  [/\.sig$/, 16 * KiB],
  [databases, 128 * MiB],
];

/**
 * Returns the limits of time of a download, as in pacman. With DisableDownloadTimeout no server is too slow, none is
 * replaced by a faster one, and no file takes too long. Connecting still has a limit of ten seconds (libalpm's
 * dload.c).
 *
 * @param disableTimeout - `--disable-download-timeout`, or the value of pacman.conf
 */
export function timeLimits(disableTimeout: boolean): FetcherLimits {
  return disableTimeout ? { ...defaultLimits, slowBytes: 0, slowPercent: 0, timeout: 0 } : defaultLimits;
}

/**
 * Returns the limits of one download, as in pacman.
 *
 * @param name - base name of the file; a trailing `.part` does not count
 * @param disableTimeout - wait without limit for a server that sends nothing
 */
export function limitsFor(name: string, disableTimeout: boolean): Limits {
  const bare = name.replace(/\.part$/, '');
  const known = sizes.find(([pattern]) => pattern.test(bare));
  return {
    maxBytes: known?.[1],
    mayResume: known === undefined,
    isDated: databases.test(bare),
    time: timeLimits(disableTimeout),
  };
}
