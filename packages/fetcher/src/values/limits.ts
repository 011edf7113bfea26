/** When a download is too slow. */
export interface SpeedLimits {
  /** Fewer bytes than this in {@link slowWindow} end the download; 0 never does. */
  readonly slowBytes: number;
  /** Milliseconds over which {@link slowBytes} counts, including the wait for the answer. */
  readonly slowWindow: number;
}

/** Limits of every download of a fetcher. */
export interface Limits extends SpeedLimits {
  /**
   * Another source is asked in addition while one sends less than this percentage of its fair share, over two seconds.
   * The fair share is the best rate so far, divided among the current downloads. 0 never asks another source. Default:
   * 10.
   */
  readonly slowPercent: number;
  /** Milliseconds to resolve a host and connect to it. */
  readonly connectTimeout: number;
  /** Errors of a host after which it is not asked any more; 0: it is always asked. Default: 3. */
  readonly hostErrors: number;
  /** Redirects to follow: http and https only, never from https to http. */
  readonly maxRedirects: number;
  /** Milliseconds for one file, all its sources together; 0 for no limit. Default: 24 hours. */
  readonly timeout: number;
}

/** The limits of pacman: ten seconds to connect, ten redirects, one byte a second over ten seconds; and a day. */
export const defaultLimits: Limits = {
  connectTimeout: 10_000,
  maxRedirects: 10,
  hostErrors: 3,
  slowBytes: 10,
  slowWindow: 10_000,
  slowPercent: 10,
  timeout: 24 * 60 * 60 * 1000,
};

/** The longest that a timer can wait, in milliseconds: 24 days. */
export const maxTimer = 0x7fff_ffff;

/** Largest file in bytes where a request names neither `maxBytes` nor `size`: 64 GiB. */
export const defaultMaxBytes = 64 * 1024 ** 3;

/** The default for the largest signature in bytes, as in pacman. */
export const defaultMaxSignatureBytes = 16 * 1024;

/** The default for simultaneous downloads: that of pacman's shipped configuration. */
export const defaultParallel = 5;

/** The largest number of simultaneous downloads. */
export const maxParallel = 64;

/** The largest number of sources of one file: more are a mistake, and would not fit into one message. */
export const maxSources = 64;

/** The largest number of requests of one batch: several times the packages of a distribution. */
export const maxRequests = 100_000;
