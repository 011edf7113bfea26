/* The exit status of every error code of the fetcher, by each way on which one comes. */
import { FetcherError, type FetcherErrorCode, type Outcome } from '@sb/fetcher';
import { describe, expect, it } from 'vitest';

import { statusOf } from './download/ending.js';
import { exitStatus } from './errors.js';
import { failureClasses } from './failure-class.js';
import { failureOf } from './one-file/conclusion.js';
import type { Run } from './one-file/run.js';

const codes = Object.keys(failureClasses) as FetcherErrorCode[];

const failed = (code: FetcherErrorCode): Outcome => {
  return { status: 'failed', to: '/x', failures: [], error: new FetcherError(code, 'why') };
};

const run = {
  destination: { name: 'x', path: '/x', size: 0 },
  request: { url: new URL('http://a/x'), mayResume: false },
} as unknown as Run;

describe('an error code of the fetcher', () => {
  it('is of this machine, of its sandbox or of the command line; any other is of a download', () => {
    const others = Object.entries(failureClasses).filter(([, kind]) => kind !== 'download');
    expect(Object.fromEntries(others)).toEqual({
      file: 'file',
      'disk-full': 'file',
      sandbox: 'sandbox',
      'invalid-request': 'usage',
    });
  });

  it.each(codes)('%s gives a batch its status: that of a file only where nothing else fails', (code) => {
    const status = failureClasses[code] === 'file' ? exitStatus.file : exitStatus.download;
    expect(statusOf([failed(code)])).toBe(status);
    expect(statusOf([failed('file'), failed(code)])).toBe(status);
    expect(statusOf([failed('http'), failed(code)])).toBe(exitStatus.download);
  });

  it.each(codes)('%s gives one file its kind; what is wrong with a request fails its download', (code) => {
    const kind = failureClasses[code] === 'usage' ? 'download' : failureClasses[code];
    expect(failureOf(run, new FetcherError(code, 'why'))).toMatchObject({ name: 'FetchError', kind });
  });
});
