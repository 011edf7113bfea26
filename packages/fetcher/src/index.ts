export { FetcherError, type FetcherErrorCode, type FetcherErrorDetails } from './errors.js';
export { createFetcher } from './fetcher.js';
export type { Limits } from './limits.js';
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
} from './options.js';
