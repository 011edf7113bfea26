/* A typo, a value that went missing or a wrong kind in any option of this package. */
import { type OptionTable, walkOptions } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { checkAll } from './request/check.js';
import { FetcherError } from './errors/fetcher-error.js';
import { createFetcher } from './fetcher.js';
import { finishReader } from './disk/finish.js';
import { defaultLimits } from './values/limits.js';
import { downloadOptionsReader, fetcherOptionsReader } from './request/option-readers.js';
import type { DownloadRequest, FetcherOptions } from './request/options.js';
import { documentPlace } from './values/readers.js';
import { requestsReader } from './request/request-readers.js';
import { eventsReader, requestReader, workerReader } from './one-file/readers.js';
import { noProxies } from './http/proxies.js';

/** An error with its hint behind it, as people read it. */
function reading(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FetcherError)) throw error;
    const { code, message, hint } = error;
    throw Object.assign(new Error(`${message}. ${hint}`), { code });
  }
}

const fetcherOptions: FetcherOptions = {
  user: { user: 'nobody', group: 'nogroup' },
  parallel: 1,
  sandbox: {
    require: ['landlock'],
    prefer: ['caps'],
    privateGroup: 'prefer',
    off: [],
    landlock: { preset: 'minimal', net: { connectTcp: [80] } },
    seccomp: { base: 'network-client', rules: [] },
  },
  limits: defaultLimits,
  redirectPorts: [443],
  certificates: '/ca.pem',
  proxies: { http: 'http://proxy', https: new URL('http://proxy'), except: ['localhost'] },
  netrc: '/netrc',
  userAgent: 'test',
};

const requests: readonly DownloadRequest[] = [
  {
    sources: ['https://a/x', new URL('file:///x'), { url: 'http://b/x', cache: true }],
    to: '/cache/x',
    resume: true,
    ifModifiedSince: new Date(0),
    size: 1,
    maxBytes: 2,
    sha256: '0'.repeat(64),
    magic: [{ bytes: '1f8b', offset: 0 }],
    optional: false,
    signature: { suffix: '.sig', maxBytes: 1, magic: [{ bytes: '88' }], optional: true },
    mode: 0o600,
    mtime: 'now',
  },
  { sources: ['https://a/y'], to: '/cache/y', ifModifiedSince: 'local' },
];

const { signal } = new AbortController();
const events = { onProgress: () => {}, signal };

const oneFile = {
  url: new URL('https://a/x'),
  source: 4,
  descriptor: 3,
  maxBytes: 1,
  mayResume: false,
  limits: defaultLimits,
  redirectPorts: [],
  proxies: noProxies,
  certificates: 5,
  userAgent: 'test',
};

const sandbox = { ...fetcherOptions.sandbox, user: { user: 'nobody', group: 'nogroup' } };
const how = { ...events, sandbox, onEnforcement: () => {}, program: '/worker.js' };

/** What options a function takes, as its reader says, and what takes them. */
const tables: Readonly<Record<string, Omit<OptionTable, 'take'> & Partial<Pick<OptionTable, 'take'>>>> = {
  'a fetcher': {
    root: 'options',
    reader: fetcherOptionsReader,
    samples: [fetcherOptions, { user: 954 }],
    take: (value) => createFetcher(value as FetcherOptions),
  },
  'a batch': {
    root: 'requests',
    reader: requestsReader,
    samples: [requests],
    take: (value) => checkAll(value as readonly DownloadRequest[]),
  },
  'the progress of a batch': {
    root: 'options',
    reader: downloadOptionsReader,
    samples: [{ ...events, onHostSkipped: () => {} }],
  },
  'a whole file': { root: 'finish', reader: finishReader, samples: [{ mode: 0o600, modified: new Date(0) }] },
  'the download of one file': { root: 'request', reader: requestReader, samples: [oneFile] },
  'the progress of the download of one file': { root: 'events', reader: eventsReader, samples: [events] },
  'the worker of the download of one file': { root: 'how', reader: workerReader, samples: [how] },
};

describe('every option of', () => {
  it.each(Object.entries(tables))('%s is read: no invalid value passes', (_, table) => {
    const { reader, root = '' } = table;
    const { take = (value) => reader.read(value, documentPlace(root)) } = table;
    const walk = walkOptions({ ...table, take: (value) => reading(() => take(value)) });
    expect(walk.faults).toEqual([]);
    expect(walk.tried).toBeGreaterThan(10);
  });
});
