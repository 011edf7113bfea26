/** One request and what can go wrong with it: what `@sb/fetcher` is made of, for programs with a worker of their own. */
export { parseContentLength, parseContentRange, parseUnsatisfiedRange } from './content-range.js';
export { type ConnectionOptions, dispatcherFor } from './dispatcher.js';
export { failureOf, TransferFailure } from './failure.js';
export { discard, request, type Response } from './request.js';
export { Sink } from './sink.js';
export { type SpeedLimits, Watchdog } from './watchdog.js';
