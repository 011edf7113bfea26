import { writeFileSync } from 'node:fs';

import { temporaryFolder } from '@sb/test-kit';
import { afterAll, describe, expect, it } from 'vitest';

import { loadConfiguration } from '../config/configuration.js';
import { databaseFormats, signatureFormats } from '../download/formats.js';
import type { FetchError } from '../errors.js';
import { refreshPlan } from './plan.js';

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());

const all = { repositories: [], kind: 'db', force: false } as const;

async function plan(text: string, choice: Partial<Parameters<typeof refreshPlan>[1]> = {}) {
  const config = folder.file('pacman.conf');
  writeFileSync(config, text);
  return refreshPlan(await loadConfiguration({ config }), { ...all, ...choice }, '/db/sync');
}

const requestsOf = async (...given: Parameters<typeof plan>) => (await plan(...given)).requests;
const namesOf = ({ requests }: Awaited<ReturnType<typeof plan>>) => requests.map(({ to }) => to);
const urls = (...texts: readonly string[]) => texts.map((url) => ({ url, cache: false }));
const core = '[core]\nServer = http://a/$repo\nCacheServer = http://c\nServer = http://b\n';

describe('refreshPlan', () => {
  it('asks servers in their order, and no cache server', async () => {
    expect(await requestsOf(core)).toEqual([
      {
        sources: urls('http://a/core/core.db', 'http://b/core.db'),
        to: '/db/sync/core.db',
        resume: false,
        ifModifiedSince: 'local',
        maxBytes: 134_217_728,
        magic: databaseFormats,
        signature: { magic: signatureFormats, optional: true },
      },
    ]);
    expect(await requestsOf(core, { kind: 'files', force: true })).toMatchObject([
      {
        sources: urls('http://a/core/core.files', 'http://b/core.files'),
        to: '/db/sync/core.files',
        ifModifiedSince: false,
      },
    ]);
  });

  it.each([
    ['Never', undefined],
    ['Required', { magic: signatureFormats, optional: false }],
    ['Optional', { magic: signatureFormats, optional: true }],
    ['DatabaseRequired PackageNever', { magic: signatureFormats, optional: false }],
    ['DatabaseNever PackageRequired', undefined],
  ])('wants signatures as SigLevel says of databases: %s', async (level, signature) => {
    const [request] = await requestsOf(`${core}SigLevel = ${level}\n`);
    expect(request?.signature).toEqual(signature);
  });

  it('leaves out what Usage says is not refreshed, unless it is named', async () => {
    const server = 'Server = http://a\n';
    const text = `[a]\n${server}Usage = Search\n[b]\n${server}Usage = Sync Install\n[c]\n${server}Usage = All\n[d]\n${server}`;
    expect(namesOf(await plan(text))).toEqual(['b', 'c', 'd'].map((name) => `/db/sync/${name}.db`));
    expect(namesOf(await plan(text, { repositories: ['a'] }))).toEqual(['/db/sync/a.db']);
    expect(namesOf(await plan(`[a]\n${server}Usage = Search\n`))).toEqual([]);
    await expect(plan('')).rejects.toMatchObject({
      kind: 'usage',
      message: 'no usable package repositories configured',
    });
  });

  it('downloads once what is named twice', async () => {
    expect(namesOf(await plan(`${core}[core]\nServer = http://b\n`))).toEqual(['/db/sync/core.db']);
    expect(namesOf(await plan(core, { repositories: ['core', 'core'] }))).toEqual(['/db/sync/core.db']);
  });

  it.each([
    ['[../x]\nServer = http://a\n', 'cannot be the name of a file'],
    ['[a/b]\nServer = http://a\n', 'cannot be the name of a file'],
    ['[.x]\nServer = http://a\n', 'cannot be the name of a file'],
  ])('refuses %j', async (text, message) => {
    await expect(plan(text)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining(message) as string,
    });
  });

  it('takes as many servers as a fetcher does, and those that can be used', async () => {
    const lines = Array.from({ length: 70 }, (_, index) => `Server = ftp://f${index}\nServer = http://s${index}/\n`);
    const { requests, leftOut } = await plan(`[core]\n${lines.join('')}`);
    expect(requests[0]?.sources).toEqual(urls(...Array.from({ length: 64 }, (_, index) => `http://s${index}/core.db`)));
    expect(leftOut).toHaveLength(70);
  });

  it('lets a repository fail by itself that has no server, or none that can be used', async () => {
    const text = `[no]\nCacheServer = http://c\n[odd]\nServer = rsync://r\n${core}`;
    const found = await plan(text);
    expect(namesOf(found)).toEqual(['/db/sync/core.db']);
    expect(found.refused.map(({ to, error: { message } }) => ({ to, message }))).toEqual([
      { to: '/db/sync/no.db', message: 'no servers configured for repository: no' },
      { to: '/db/sync/odd.db', message: 'no usable servers configured for repository: odd' },
    ]);
  });

  it('tells once of a line that several repositories include', async () => {
    writeFileSync(folder.file('list'), 'Server = ftp://f/$repo\nServer = http://a/$repo\n');
    const include = `Include = ${folder.file('list')}\n`;
    const { leftOut } = await plan(`[core]\n${include}[extra]\n${include}`);
    expect(leftOut.map(({ text }) => text)).toEqual([
      `${folder.file('list')}:1: Server = ftp://f/core is left out: only http, https and file are supported, not ftp`,
    ]);
  });

  it('says what was probably meant', async () => {
    await expect(plan(core, { repositories: ['cor'] })).rejects.toMatchObject({ hint: 'Did you mean core?' });
  });

  it('names the first repositories that there are, each once', async () => {
    const hintFor = async (text: string): Promise<unknown> =>
      await plan(text, { repositories: ['quite another'] }).catch((error: unknown) => (error as FetchError).hint);
    expect(await hintFor(core)).toBe('pacman.conf has core.');
    expect(await hintFor(`${core}[extra]\n${core}`)).toBe('pacman.conf has core, extra.');
    const many = Array.from({ length: 9 }, (_, index) => `[r${index}]\n`).join('');
    expect(await hintFor(many)).toBe('pacman.conf has r0, r1, r2, r3, r4, r5 and 3 more.');
    // As pacman, which says so first.
    await expect(plan('', { repositories: ['core'] })).rejects.toMatchObject({
      message: 'no usable package repositories configured',
    });
  });
});
