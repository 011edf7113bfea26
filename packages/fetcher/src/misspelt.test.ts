/* What was taken in silence once, by each function that takes options. */
import { afterEach, describe, expect, it } from 'vitest';

import { createFetcher } from './fetcher.js';
import { defaultLimits } from './values/limits.js';
import type { DownloadOptions, DownloadRequest } from './request/options.js';
import { proxyFor } from './proxies.js';
import { downloadByWorker } from './one-file/by-worker.js';
import { confinementOfThisProcess, downloadInThisProcess } from './one-file/in-this-process.js';
import type { OneFileEvents, OneFileRequest, OneFileWorker } from './one-file/options.js';
import { noProxies, type ProxyRules } from './http/proxies.js';

const fetcher = createFetcher({ user: 'nobody', netrc: false });
afterEach(async () => await fetcher[Symbol.asyncDispose]());

const { signal } = new AbortController();
const events: OneFileEvents = { onProgress: () => {}, signal };
const oneFile: OneFileRequest = {
  url: new URL('https://a.invalid/x'),
  descriptor: 0x7fff_ffff,
  maxBytes: 1,
  mayResume: false,
  limits: defaultLimits,
  proxies: noProxies,
  userAgent: 'test',
};
const how: OneFileWorker = { ...events, sandbox: { user: 'nobody' }, onEnforcement: () => {} };

/** Options as who has written them wrongly gives them. */
type Mistake = readonly [what: string, options: object, path: string, hint: string];

function refusal(path: string, hint: string): unknown {
  const message = expect.stringMatching(
    new RegExp(`^${path.replaceAll(/[.[\]]/g, '\\$&')} (?:is|has|cannot) `),
  ) as string;
  return expect.objectContaining({
    name: 'FetcherError',
    code: 'invalid-request',
    path,
    message,
    hint: expect.stringContaining(hint) as string,
  });
}

describe('a fetcher is not made with', () => {
  it.each<Mistake>([
    ['limts', { limts: {} }, 'options.limts', 'Did you mean "limits"?'],
    ['limits.timout', { limits: { timout: 1 } }, 'options.limits.timout', 'Did you mean "timeout"?'],
    [
      'limits.timeout: undefined',
      { limits: { timeout: undefined } },
      'options.limits.timeout',
      'Give it a value, or leave it out',
    ],
    ['user: undefined', { user: undefined }, 'options.user', 'Give it a value, or leave it out'],
    [
      'certificates: undefined',
      { certificates: undefined },
      'options.certificates',
      'Give it a value, or leave it out',
    ],
    ['sandbox: undefined', { sandbox: undefined }, 'options.sandbox', 'Give it a value, or leave it out'],
    ['sandbox.rlimits', { sandbox: { rlimits: {} } }, 'options.sandbox.rlimits', 'Use: prefer,'],
    ['sandbox.of', { sandbox: { of: [] } }, 'options.sandbox.of', 'Did you mean "off"?'],
    [
      'no net',
      { sandbox: { landlock: { net: undefined } } },
      'options.sandbox.landlock.net',
      'Give it a value, or leave it out',
    ],
    [
      'no rules',
      { sandbox: { seccomp: { rules: undefined } } },
      'options.sandbox.seccomp.rules',
      'Give it a value, or leave it out',
    ],
    ['proxies.htpp', { proxies: { htpp: 'http://a' } }, 'options.proxies.htpp', 'Did you mean "http"?'],
    [
      'proxies.https: undefined',
      { proxies: { https: undefined } },
      'options.proxies.https',
      'Give it a value, or leave it out',
    ],
    ['a proxy of another kind', { proxies: { http: 'ftp://a' } }, 'options.proxies.http', 'http, https, socks5h'],
  ])('%s', (_, options, path, hint) => {
    expect(() => createFetcher({ user: 'nobody', ...options })).toThrow(refusal(path, hint));
  });

  it('a choice that @sb/sandbox refuses, before anything is downloaded', () => {
    const landlock = { presett: 'minimal' } as object;
    expect(() => createFetcher({ user: 'nobody', sandbox: { landlock } })).toThrow(
      expect.objectContaining({ code: 'invalid-request', message: expect.stringContaining('presett') as string }),
    );
  });

  it('an option that affects nothing: the twin', () => {
    expect(() => createFetcher({ user: 'nobody', userAgent: undefined, proxies: { except: undefined } })).not.toThrow();
  });
});

describe('nothing is downloaded for', () => {
  const request = { sources: ['https://a.invalid/x'], to: '/x' };

  it.each<Mistake>([
    ['sha265', { sha265: 'x' }, 'requests[0].sha265', 'Did you mean "sha256"?'],
    ['sha512', { sha512: 'x' }, 'requests[0].sha512', 'Use: sources,'],
    ['sha256: undefined', { sha256: undefined }, 'requests[0].sha256', 'Give it a value, or leave it out'],
    ['signature: undefined', { signature: undefined }, 'requests[0].signature', 'Give it a value, or leave it out'],
    ['maxBytes: undefined', { maxBytes: undefined }, 'requests[0].maxBytes', 'Give it a value, or leave it out'],
    ['size: null', { size: null }, 'requests[0].size', 'Give it a value, or leave it out'],
    ['signature.maxByte', { signature: { maxByte: 1 } }, 'requests[0].signature.maxByte', 'Did you mean "maxBytes"?'],
    ['a source without URL', { sources: [{ ulr: 'x' }] }, 'requests[0].sources[0].ulr', 'Use: url,'],
    ['a source of ftp', { sources: ['ftp://a/x'] }, 'requests[0].sources[0]', 'http, https or file'],
    ['no source', { sources: [] }, 'requests[0].sources', 'at least 1'],
    [
      'a suffix that is taken',
      { signature: { suffix: '.part' } },
      'requests[0].signature.suffix',
      'Choose another suffix',
    ],
  ])('%s', async (_, options, path, hint) => {
    const requests = [{ ...request, ...options }] as unknown as readonly DownloadRequest[];
    await expect(fetcher.download(requests)).rejects.toThrow(refusal(path, hint));
  });

  it('options of a batch that are misspelt', async () => {
    const options = { onProgres: () => {} } as DownloadOptions;
    const refused = refusal('options.onProgres', 'Did you mean "onProgress"?') as Error;
    await expect(fetcher.download([], options)).rejects.toThrow(refused);
    const undefineds = { onProgress: undefined, onHostSkipped: undefined, signal: undefined };
    expect(await fetcher.download([], undefineds)).toEqual([]);
  });

  it.each([
    ['sources', 'https://me:geheim@a/x'],
    ['sources', ['https://me:geheim@']],
    ['proxies', 'http://me:geheim@a'],
    ['proxies', { http: 'me:geheim@a:99999' }],
  ])('%s of another kind, whose password is not shown', async (key, value) => {
    const attempt = async (): Promise<unknown> => {
      if (key === 'proxies') return createFetcher({ user: 'nobody', proxies: value as 'environment' });
      return await fetcher.download([{ ...request, sources: value as string[] }]);
    };
    const error = (await attempt().catch((reason: unknown) => reason)) as Error;
    expect(error).toMatchObject({ code: 'invalid-request' });
    expect(JSON.stringify([error, error.message])).not.toContain('geheim');
  });
});

describe('the download of one file is not begun with', () => {
  const misspelt = { ...oneFile, certificate: 3 } as OneFileRequest;
  const noCertificates = { ...oneFile, certificates: undefined } as unknown as OneFileRequest;
  const unknown = refusal('request.certificate', 'Did you mean "certificates"?');
  const missing = refusal('request.certificates', 'Give it a value, or leave it out');

  it('a request that is misspelt or lacks a value', async () => {
    for (const [request, refused] of [
      [misspelt, unknown],
      [noCertificates, missing],
    ] as const) {
      expect(() => confinementOfThisProcess(request, {})).toThrow(refused);
      await expect(downloadInThisProcess(request, events)).rejects.toThrow(refused);
      await expect(downloadByWorker(request, how)).rejects.toThrow(refused);
    }
  });

  it('events or a sandbox that are misspelt', async () => {
    const withoutDescriptor = { ...oneFile, descriptor: -1 };
    const never = refusal('request.descriptor', 'Correct the value') as Error;
    await expect(downloadInThisProcess(withoutDescriptor, events)).rejects.toThrow(never);
    const typo = { ...how, sandbox: { usr: 'nobody' } } as OneFileWorker;
    await expect(downloadByWorker(oneFile, typo)).rejects.toThrow(refusal('how.sandbox.usr', 'Did you mean'));
    const late = { ...events, onProgres: () => {} } as OneFileEvents;
    await expect(downloadInThisProcess(oneFile, late)).rejects.toThrow(refusal('events.onProgres', 'Did you mean'));
    const base = { landlock: { net: undefined } } as unknown as object;
    expect(() => confinementOfThisProcess(oneFile, base)).toThrow(
      refusal('base.landlock.net', 'Give it a value, or leave it out'),
    );
  });

  it('rules of proxies that are misspelt', () => {
    const rules = { ...noProxies, htpps: null } as ProxyRules;
    expect(() => proxyFor(oneFile.url, rules)).toThrow(refusal('rules.htpps', 'Did you mean "https"?'));
  });
});
