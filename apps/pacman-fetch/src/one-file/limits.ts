import { defaultLimits, type Limits as FetcherLimits } from '@sb/fetcher/in-this-process';

/** Bounds on one download. */
export interface Limits {
  /** Largest file, in bytes; undefined: as large as the disk lets it become. */
  readonly maxBytes: number | undefined;
  /** Whether to go on behind what is there: databases and signatures change under the same name. */
  readonly mayResume: boolean;
  /** Whether its time matters: a database's tells the next server whether it has a newer one. */
  readonly isDated: boolean;
  /** Bounds on time and redirects. */
  readonly time: FetcherLimits;
}

const KiB = 1024;
const MiB = 1024 * KiB;

const databases = /\.(?:db|files)$/;

/** pacman's own limits by the kind of file; a package is bounded by the disk only, since its size isn't known here. */
const sizes: readonly (readonly [name: RegExp, maxBytes: number])[] = [
  [/\.sig$/, 16 * KiB],
  [databases, 128 * MiB],
];

/**
 * Bounds on the time of a download, as pacman has them: with DisableDownloadTimeout no server is too slow, none is left
 * for a faster one, and no file takes too long. Connecting has its ten seconds all the same (libalpm's dload.c).
 *
 * @param disableTimeout - `--disable-download-timeout`, or what pacman.conf says
 */
export function timeLimits(disableTimeout: boolean): FetcherLimits {
  return disableTimeout ? { ...defaultLimits, slowBytes: 0, slowPercent: 0, timeout: 0 } : defaultLimits;
}

/**
 * The limits of one download, as pacman has them.
 *
 * @param name - base name of the file; a trailing `.part` doesn't count
 * @param disableTimeout - never give up on a server that sends nothing
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
