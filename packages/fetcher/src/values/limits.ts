/** When a download is too slow. */
export interface SpeedLimits {
  /** Fewer bytes than this in {@link slowWindow} end the download; 0 never does. */
  readonly slowBytes: number;
  /** Milliseconds over which {@link slowBytes} counts, waiting for the answer included. */
  readonly slowWindow: number;
}

/** Bounds on every download of a fetcher. */
export interface Limits extends SpeedLimits {
  /**
   * Another source is asked as well while one brings less than this share of the best rate that was seen, divided among
   * the downloads under way; in percent, over two seconds. 0 asks none, whatever a source does. Default: 10.
   */
  readonly slowPercent: number;
  /** Milliseconds to resolve a host and connect to it. */
  readonly connectTimeout: number;
  /**
   * Errors of a host after which it is not asked any more; 0: it always is. Default: 3.
   */
  readonly hostErrors: number;
  /** Redirects to follow: http and https only, never from https to http. */
  readonly maxRedirects: number;
  /** Milliseconds for one file, all its sources together; 0 sets no bound. Default: 24 hours. */
  readonly timeout: number;
}

/** pacman's own: ten seconds to connect, ten redirects, one byte a second over ten seconds; and a day. */
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

/** Largest signature in bytes where nothing is said, as pacman has it. */
export const defaultMaxSignatureBytes = 16 * 1024;

/** Downloads at once where nothing is said: pacman's own default in its shipped configuration. */
export const defaultParallel = 5;

/** Largest number of downloads at once. */
export const maxParallel = 64;

/** Largest number of sources of one file: more are a mistake, and would outgrow what one message holds. */
export const maxSources = 64;

/** Largest number of requests of one batch: several times what a distribution has. */
export const maxRequests = 100_000;
