export { FetcherError, type FetcherErrorDetails } from './errors/fetcher-error.js';
export type { FetcherErrorCode } from './errors/error-codes.js';
export { createFetcher } from './fetcher.js';
export { defaultMaxBytes, type Limits, maxSources } from './values/limits.js';
export type {
  DownloadOptions,
  DownloadRequest,
  Fetcher,
  FetcherOptions,
  FileProgress,
  Outcome,
  Progress,
  Source,
  ProxyOptions,
} from './request/options.js';
export type { Magic } from './values/magic.js';
export { sourceProblem } from './values/source-url.js';
