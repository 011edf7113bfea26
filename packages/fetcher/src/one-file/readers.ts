/** Tables of the options of the download of one file. */
import {
  boolean,
  callback,
  checked,
  instance,
  integer,
  lenient,
  object,
  type Options,
  type Reader,
  required,
  text,
} from '@sb/core/document';

import { bytesReader, limits, portsReader, sourceReader, userAgentReader } from '../values/readers.js';
import { proxyRulesReader } from '../http/proxy-rules-reader.js';
import type { Limits } from '../values/limits.js';
import { oneFileSandboxReader } from '../sandbox/readers.js';
import type { OneFileEvents, OneFileRequest, OneFileWorker } from './options.js';

const descriptor = integer({ min: 0, max: 0x7fff_ffff, what: 'a descriptor' });

const url: Reader<URL> = checked(instance<URL>(URL, 'a URL'), (value, place) => {
  sourceReader.read(value, place);
  return new URL(value);
});

const { connectTimeout, maxRedirects, hostErrors, slowBytes, slowWindow, slowPercent, timeout } = limits;

const limitsReader: Reader<Limits> = object<Limits>({
  connectTimeout: required(connectTimeout),
  maxRedirects: required(maxRedirects),
  hostErrors: required(hostErrors),
  slowBytes: required(slowBytes),
  slowWindow: required(slowWindow),
  slowPercent: required(slowPercent),
  timeout: required(timeout),
} satisfies Options<Limits>);

/** The request of the download of one file. */
export const requestReader: Reader<OneFileRequest> = object<OneFileRequest>({
  url: required(url),
  // Without it, nothing is read.
  source: lenient(descriptor),
  descriptor: required(descriptor),
  maxBytes: required(bytesReader),
  mayResume: required(boolean),
  limits: required(limitsReader),
  redirectPorts: portsReader,
  proxies: required(proxyRulesReader),
  // Other certificates than intended would be trusted.
  certificates: descriptor,
  userAgent: required(userAgentReader),
} satisfies Options<OneFileRequest>);

const events = {
  onProgress: required(callback<OneFileEvents['onProgress']>()),
  signal: required(instance<AbortSignal>(AbortSignal, 'an AbortSignal')),
} satisfies Options<OneFileEvents>;

/** Who receives the progress of the download of one file. */
export const eventsReader: Reader<OneFileEvents> = object<OneFileEvents>(events);

/** How the worker of one file is confined, and who receives its progress. */
export const workerReader: Reader<OneFileWorker> = object<OneFileWorker>({
  ...events,
  sandbox: required(oneFileSandboxReader),
  onEnforcement: required(callback<OneFileWorker['onEnforcement']>()),
  // Then the worker of this package is started.
  program: lenient(text()),
} satisfies Options<OneFileWorker>);
