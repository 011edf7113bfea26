export { FetcherError, type FetcherErrorCode, type FetcherErrorDetails } from './errors.js';
export { createFetcher } from './fetcher.js';
export { defaultMaxBytes, type Limits, maxSources } from './limits.js';
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
export { sourceProblem } from './source-url.js';
