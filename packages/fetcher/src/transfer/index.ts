/** One request and what can go wrong with it: what `@sb/fetcher` is made of, for programs with a worker of their own. */
export { parseContentLength, parseContentRange, parseUnsatisfiedRange } from './content-range.js';
export { type ConnectionOptions, Connections } from './connections.js';
export { failureOf, TransferFailure } from './failure.js';
export { parseProxy, proxiesOf, type ProxyRules } from './proxies.js';
export { discard, request, type Response } from './request.js';
export { Sink } from './sink.js';
export { type SpeedLimits, Watchdog } from './watchdog.js';
