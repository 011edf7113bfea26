import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder } from '@sb/test-kit';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';

import { loadConfiguration } from '../config/configuration.js';
import { signatureFormats } from '../download/formats.js';
import { prefetchPlan } from './plan.js';
import type { Wanted } from './wanted.js';

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());

const caches = [folder.file('cache1'), folder.file('cache2')] as const;
beforeEach(() => {
  for (const cache of caches) {
    rmSync(cache, { recursive: true, force: true });
    mkdirSync(cache);
  }
});

const bytes = Buffer.from('a package');
const sha256 = createHash('sha256').update(bytes).digest('hex');
const a: Wanted = { repository: 'core', name: 'a', file: 'a.pkg.tar.zst', size: bytes.length, sha256 };

async function plan(wanted: readonly Wanted[], text = '[core]\nSigLevel = Never\nServer = http://s\n') {
  const config = folder.file('pacman.conf');
  writeFileSync(config, text);
  return await prefetchPlan(await loadConfiguration({ config }), wanted, {
    caches,
    signal: new AbortController().signal,
  });
}

const requestsOf = async (...given: Parameters<typeof plan>) => (await plan(...given)).requests;

const put = (cache: string, content: string | Buffer = bytes, name = a.file): void =>
  writeFileSync(join(cache, name), content);

describe('prefetchPlan', () => {
  it('asks for what the database says, of cache servers first', async () => {
    const text = '[core]\nSigLevel = Required\nServer = http://s/$repo\nServer = http://t\nCacheServer = http://c\n';
    expect(await requestsOf([a], text)).toEqual([
      {
        sources: [
          { url: `http://c/${a.file}`, cache: true },
          { url: `http://s/core/${a.file}`, cache: false },
          { url: `http://t/${a.file}`, cache: false },
        ],
        to: join(caches[0], a.file),
        size: bytes.length,
        sha256,
        signature: { magic: signatureFormats, optional: false },
      },
    ]);
  });

  it('knows no size and no sum where the database has none', async () => {
    const [request] = await requestsOf([{ ...a, size: undefined, sha256: undefined }]);
    expect(Object.keys(request ?? {}).toSorted()).toEqual(['sources', 'to']);
  });

  it('begins with the largest; one of unknown size comes last', async () => {
    const sizes = [5, undefined, 9, 7];
    const sized = (size: number | undefined): Wanted => ({ ...a, file: `${size}.pkg`, size });
    const requests = await requestsOf(sizes.map(sized));
    expect(requests.map(({ size }) => size)).toEqual([9, 7, 5, undefined]);
  });

  it('leaves out what is complete in the first directory that has it', async () => {
    put(caches[1]);
    expect(await requestsOf([a])).toEqual([]);
    // pacman looks no further than the first, so that is where it has to be right.
    put(caches[0], 'an  other');
    expect(await requestsOf([a])).toMatchObject([{ to: join(caches[0], a.file) }]);
    rmSync(join(caches[0], a.file));
    put(caches[1], 'another length');
    expect(await requestsOf([{ ...a, sha256: undefined }])).toMatchObject([{ to: join(caches[1], a.file) }]);
    put(caches[1], 'a packagE');
    expect(await requestsOf([a])).toMatchObject([{ to: join(caches[1], a.file) }]);
    // Without a sum there is nothing to tell it by.
    expect(await requestsOf([{ ...a, sha256: undefined }])).toEqual([]);
  });

  it('does not take a directory for a package', async () => {
    mkdirSync(join(caches[0], a.file));
    put(caches[1]);
    expect(await requestsOf([a])).toEqual([]);
  });

  it('asks for a signature that lacks, and the package only if it has changed', async () => {
    put(caches[1]);
    const signed = '[core]\nSigLevel = PackageRequired DatabaseNever\nServer = http://s\n';
    expect(await requestsOf([a], signed)).toMatchObject([
      {
        to: join(caches[1], a.file),
        ifModifiedSince: 'local',
        signature: { magic: signatureFormats, optional: false },
      },
    ]);
    put(caches[1], 'signature', `${a.file}.sig`);
    expect(await requestsOf([a], signed)).toEqual([]);
  });

  it('downloads to the first directory that can be written', async () => {
    rmSync(caches[0], { recursive: true });
    writeFileSync(caches[0], 'no folder');
    expect(await requestsOf([a])).toMatchObject([{ to: join(caches[1], a.file) }]);
    rmSync(caches[1], { recursive: true });
    writeFileSync(caches[1], 'no folder');
    await expect(plan([a])).rejects.toMatchObject({
      kind: 'file',
      hint: expect.stringMatching(process.getuid?.() === 0 ? /read-write.*CacheDir/ : /as root/) as string,
    });
    rmSync(caches[0]);
    // One that isn't there yet is made.
    expect(await requestsOf([a])).toMatchObject([{ to: join(caches[0], a.file) }]);
  });

  it('leaves names as they are in URLs, but for what means something there', async () => {
    const [request] = await requestsOf([{ ...a, file: 'a-1:2+3~4@5 6#7?8%9.pkg' }]);
    expect(request?.sources).toEqual([{ url: 'http://s/a-1:2+3~4@5%206%237%3F8%259.pkg', cache: false }]);
  });

  it('takes 64 sources, and lets a package fail by itself that has none', async () => {
    const servers = Array.from({ length: 70 }, (_, index) => `Server = http://s${index}\n`);
    const [request] = await requestsOf([a], `[core]\n${servers.join('')}`);
    expect(request?.sources).toHaveLength(64);
    const b: Wanted = { ...a, repository: 'extra', file: 'b.pkg.tar.zst' };
    const two = '[core]\nCacheServer = ftp://f\n[extra]\nCacheServer = rsync://r\nServer = http://s/\n';
    const { requests, refused, leftOut } = await plan([a, b], two);
    expect(requests.map(({ sources }) => sources)).toEqual([[{ url: `http://s/${b.file}`, cache: false }]]);
    expect(refused).toMatchObject([
      { to: join(caches[0], a.file), error: { message: 'no usable servers configured for repository: core' } },
    ]);
    expect(leftOut.map(({ text }) => text.split(' is left out')[0])).toEqual([
      `${folder.file('pacman.conf')}:2: CacheServer = ftp://f`,
      `${folder.file('pacman.conf')}:4: CacheServer = rsync://r`,
    ]);
    // What is there already needs no server.
    put(caches[0]);
    put(caches[0], 'signature', `${a.file}.sig`);
    expect(await plan([a], two)).toEqual({ requests: [], refused: [], leftOut: [] });
    await expect(plan([{ ...a, repository: 'other' }])).rejects.toMatchObject({ kind: 'usage' });
  });
});
