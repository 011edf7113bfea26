import { fstatSync } from 'node:fs';

import { type Beginning, workerDescriptors, type WorkerFile } from '../channel.js';
import { portsOf, urlsOf } from '../confinement.js';
import { isPast } from '../file-time.js';
import type { Limits } from '../limits.js';
import { proxiesNeeded, type WorkerProxies } from '../proxies.js';
import type { ProxyRules } from '../transfer/proxies.js';

/** One URL that goes into one file, which is open already. */
export interface SingleRequest {
  /** http, https or file. */
  readonly url: URL;
  /** What a `file:` URL names, open for reading: whoever downloads may have no right to it. */
  readonly source?: number | undefined;
  /** The file, open for reading and writing. It has no other position than its end. */
  readonly descriptor: number;
  /** Bytes that it may have. */
  readonly maxBytes: number;
  /** Whether what it holds may be gone on with, if the server confirms that it is the start of the same file. */
  readonly mayResume: boolean;
  readonly limits: Limits;
  /** TCP ports that redirects may lead to, beside the URL's own. Default: 443 where that is 80. */
  readonly redirectPorts?: readonly number[] | undefined;
  readonly proxies: ProxyRules;
  /** Open PEM file of the certificates to trust; undefined: those that Node brings. */
  readonly certificates: number | undefined;
  /** Printable ASCII. */
  readonly userAgent: string;
}

/** What is told of a download under way. */
export interface SingleEvents {
  /** Told how many bytes are there, and how many there will be, if the server said it. */
  readonly onProgress: (received: number, total: number | undefined) => void;
  /** Aborted, it ends the download; what came stays in the file. */
  readonly signal: AbortSignal;
}

/** A download that is complete. */
export interface SingleResult {
  /** Bytes of the whole file. */
  readonly size: number;
  /** When the server's file last changed, in milliseconds since 1970; null where it doesn't say, or can't mean it. */
  readonly lastModified: number | null;
}

/** What a request comes to. */
export interface SinglePlan {
  readonly file: WorkerFile;
  /** TCP ports that are asked: the URL's, and those of redirects. */
  readonly ports: readonly number[];
  readonly proxies: WorkerProxies;
}

/**
 * Decides where a request may lead.
 *
 * @throws FetcherError `invalid-request` for a proxy that can't be used
 */
export function planSingle(request: SingleRequest): SinglePlan {
  const file: WorkerFile = {
    sources: [request.url.href],
    mayLack: [],
    mayLeave: false,
    opened: request.source === undefined ? {} : { 0: workerDescriptors.firstSource },
    maxBytes: request.maxBytes,
    size: null,
    isSummed: false,
    resume: beginningOf(request),
    modifiedSince: null,
    signature: null,
  };
  const proxies = proxiesNeeded(request.proxies, urlsOf([file]));
  return { file, ports: portsOf([file], request.redirectPorts), proxies };
}

/** The time of its last byte is all that is known of what is there; one in the future says nothing of it. */
function beginningOf({ descriptor, mayResume, maxBytes }: SingleRequest): Beginning | null {
  const { mtimeMs, size } = fstatSync(descriptor);
  if (!mayResume || size === 0 || size > maxBytes || !isPast(mtimeMs)) return null;
  return { length: size, etag: null, lastModified: null, lastByte: Math.floor(mtimeMs) };
}
