import { fstatSync } from 'node:fs';

import { workerDescriptors, type WorkerFile } from '../channel/messages.js';
import type { Beginning } from '../values/confirmation.js';
import { portsOf, urlsOf } from '../sandbox/confinement.js';
import { documentPlace } from '../values/readers.js';
import { isPast } from '../values/file-time.js';
import { proxiesNeeded, type WorkerProxies } from '../request/proxies.js';
import { requestReader } from './readers.js';
import type { OneFileRequest } from './options.js';
import type { Ports } from '../values/port.js';

/** The result of reading a request. */
export interface OneFilePlan {
  /** The request that was read. */
  readonly request: OneFileRequest;
  readonly file: WorkerFile;
  /** TCP ports to connect to: that of the URL, and those of redirects. */
  readonly ports: Ports;
  readonly proxies: WorkerProxies;
}

/**
 * Reads a request, and decides which ports it may lead to.
 *
 * @throws FetcherError `invalid-request`, also for a proxy that cannot be used
 */
export function planOneFile(options: OneFileRequest): OneFilePlan {
  const request = requestReader.read(options, documentPlace('request'));
  const file: WorkerFile = {
    ...fileOf(request.url, request.maxBytes),
    opened: request.source === undefined ? {} : { 0: workerDescriptors.firstSource },
    resume: beginningOf(request),
  };
  const proxies = proxiesNeeded(request.proxies, urlsOf([file]));
  return { request, file, ports: portsOf([file], request.redirectPorts), proxies };
}

/** Returns one URL as an empty file of a worker. */
export function fileOf(url: URL, maxBytes: number): WorkerFile {
  return {
    sources: [url.href],
    mayLack: [],
    isAlone: false,
    spent: 0,
    opened: {},
    maxBytes,
    size: null,
    isSummed: false,
    resume: null,
    modifiedSince: null,
    signature: null,
  };
}

/** Only the time of the last byte of the content is known; a time in the future is useless. */
function beginningOf({ descriptor, mayResume, maxBytes }: OneFileRequest): Beginning | null {
  const { mtimeMs, size } = fstatSync(descriptor);
  if (!mayResume || size === 0 || size > maxBytes || !isPast(mtimeMs)) return null;
  return { length: size, etag: null, lastModified: null, lastByte: Math.floor(mtimeMs) };
}
