import type { SpeedLimits } from '@sb/fetcher/transfer';

/** Bounds on one download. */
export interface Limits extends SpeedLimits {
  /** Largest file, in bytes. */
  readonly maxBytes: number;
  /** Milliseconds to resolve a host and connect to it. */
  readonly connectTimeout: number;
  /** Whether to go on behind what is there: databases and signatures change under the same name. */
  readonly mayResume: boolean;
  /** Redirects to follow. */
  readonly maxRedirects: number;
}

const KiB = 1024;
const MiB = 1024 * KiB;

/** pacman's own limits by the kind of file; a package is bounded by the disk only, since its size isn't known here. */
const sizes: readonly (readonly [name: RegExp, maxBytes: number])[] = [
  [/\.sig$/, 16 * KiB],
  [/\.(?:db|files)$/, 128 * MiB],
];

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
    maxBytes: known?.[1] ?? Number.MAX_SAFE_INTEGER,
    mayResume: known === undefined,
    connectTimeout: 10_000,
    slowBytes: disableTimeout ? 0 : 10,
    slowWindow: 10_000,
    maxRedirects: 10,
  };
}
