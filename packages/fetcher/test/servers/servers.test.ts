import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { freePorts, makeAuthority, missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { DownloadRequest, Outcome } from '../../src/request/options.js';
import { errorOf, fetcherFor } from '../kit/fetch.js';
import { configure, configureSquid, serverPrograms } from './programs.js';
import { countConnections, startProgram } from './running.js';

const content = randomBytes(3_000_000);
const sha256 = createHash('sha256').update(content).digest('hex');
const changed = new Date('2026-01-02T03:04:05Z');
const names = Array.from({ length: 30 }, (_, index) => `small-${index}`);

let folder: TemporaryFolder;
let certificates: string;
let pair: { readonly cert: string; readonly key: string };
const running: AsyncDisposable[] = [];

beforeAll(() => {
  folder = temporaryFolder();
  const root = folder.file('root');
  mkdirSync(root);
  for (const [name, text] of [['large', content], ...names.map((small) => [small, small] as const)] as const) {
    writeFileSync(join(root, name), text);
    utimesSync(join(root, name), changed, changed);
  }
  const authority = makeAuthority(folder.path);
  certificates = authority.file;
  authority.issue('server', 'IP:127.0.0.1');
  pair = { cert: folder.file('server.pem'), key: folder.file('server.key') };
});
afterAll(() => folder[Symbol.dispose]());

/** Starts one of the programs; what has no files of its own stands in front of another one. */
async function start(name: keyof typeof serverPrograms, behind = 1) {
  const [http = 0, https = 0] = await freePorts(2);
  const place = { folder: folder.file(name), root: folder.file('root'), ...pair, http, https, behind };
  running.push(await startProgram(configure(serverPrograms[name], place), [http, https], folder.path));
  return { http, https };
}

async function stopAll(): Promise<void> {
  for (const program of running.splice(0).reverse()) await program[Symbol.asyncDispose]();
}

async function fetchAll(requests: readonly DownloadRequest[], options = {}): Promise<readonly Outcome[]> {
  await using fetcher = fetcherFor({ certificates, proxies: false, netrc: false, parallel: 3, ...options });
  return await fetcher.download(requests);
}

/** Writes a beginning that differs from what the server has: it is still there if the rest came behind it. */
function begin(file: string, length: number, time = changed): Buffer {
  const marked = Buffer.from(content.subarray(0, length));
  marked.fill('marked', 0, 6);
  writeFileSync(`${file}.part`, marked);
  utimesSync(`${file}.part`, time, time);
  return marked;
}

const isLacking = missing('root', 'linux', 'landlock6', 'openssl', 'webServers');
const programNames = Object.keys(serverPrograms) as (keyof typeof serverPrograms)[];

describe.skipIf(isLacking).each(programNames)('%s', (name) => {
  let ports: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    const { http } = serverPrograms[name].servesFiles ? { http: 1 } : await start('nginx');
    ports = await start(name, http);
  });
  afterAll(stopAll);

  describe.each(['http', 'https'] as const)('by %s', (scheme) => {
    let target: TemporaryFolder;
    let connections: number;
    let outcomes: ReadonlyMap<string, Outcome>;

    // All by one worker: what a server says of one file has to be kept apart from what it says of another.
    beforeAll(async () => {
      target = temporaryFolder();
      begin(target.file('resumed'), 1_000_000);
      begin(target.file('whole'), content.length);
      begin(target.file('changed'), 1_000_000, new Date('2025-01-01T00:00:00Z'));
      writeFileSync(target.file('unchanged'), 'mine');
      utimesSync(target.file('unchanged'), changed, changed);
      await using counter = await countConnections(ports[scheme]);
      const from = (file: string, to = file) => {
        return { sources: [`${scheme}://127.0.0.1:${counter.port}/${file}`], to: target.file(to) };
      };
      const all = await fetchAll([
        { ...from('large', 'new'), sha256 },
        from('large', 'resumed'),
        from('large', 'whole'),
        { ...from('large', 'changed'), sha256 },
        { ...from('large', 'unchanged'), ifModifiedSince: 'local' },
        from('absent'),
        ...names.map((file) => from(file)),
      ]);
      outcomes = new Map(all.map((outcome) => [basename(outcome.to), outcome]));
      connections = counter.connections();
    });
    afterAll(() => target[Symbol.dispose]());
    const read = (file: string): Buffer => readFileSync(target.file(file));

    it('gives a file its content and time', () => {
      expect(outcomes.get('new')).toMatchObject({ status: 'done', size: content.length, lastModified: changed });
      expect(read('new').equals(content)).toBe(true);
    });

    it('resumes after a beginning', () => {
      expect(outcomes.get('resumed')).toMatchObject({ status: 'done', size: content.length });
      expect(read('resumed').toString('latin1', 0, 6)).toBe('marked');
      expect(read('resumed').subarray(6).equals(content.subarray(6))).toBe(true);
    });

    it('takes a whole file as it is', () => {
      expect(outcomes.get('whole')).toMatchObject({ status: 'done', size: content.length });
      expect(read('whole').toString('latin1', 0, 6)).toBe('marked');
    });

    it('starts again if the file has changed', () => {
      expect(errorOf(outcomes.get('changed'))).toBeUndefined();
      expect(read('changed').equals(content)).toBe(true);
    });

    it('reports that the file has not changed', () => {
      expect(outcomes.get('unchanged')).toMatchObject({ status: 'unchanged' });
      expect(read('unchanged').toString()).toBe('mine');
    });

    it('reports a missing file', () => expect(errorOf(outcomes.get('absent'))).toMatch(/^http: .*404/));

    it('keeps its connections open', () => {
      for (const file of names) expect(read(file).toString()).toBe(file);
      // One is dropped with the body of the 404 that nobody reads.
      expect(connections).toBeLessThanOrEqual(4);
    });
  });
});

describe.skipIf(isLacking)('squid', () => {
  let ports: Awaited<ReturnType<typeof start>>;
  let proxy: string;
  beforeAll(async () => {
    ports = await start('nginx');
    const [port = 0] = await freePorts(1);
    running.push(await startProgram(configureSquid(folder.file('squid'), port), [port], folder.path));
    proxy = `http://127.0.0.1:${port}`;
  });
  afterAll(stopAll);

  it.each([
    ['http', /GET http:\/\/127\.0\.0\.1:\d+\/large/],
    ['https', /CONNECT 127\.0\.0\.1:\d+/],
  ] as const)('passes %s on, ranges too', async (scheme, line) => {
    using target = temporaryFolder();
    const sources = [`${scheme}://127.0.0.1:${ports[scheme]}/large`];
    begin(target.file('resumed'), 1_000_000);
    const requests = ['new', 'resumed'].map((name) => ({ sources, to: target.file(name) }));
    const outcomes = await fetchAll(requests, { proxies: { http: proxy, https: proxy } });
    expect(outcomes.map(errorOf)).toEqual([undefined, undefined]);
    expect(readFileSync(target.file('new')).equals(content)).toBe(true);
    expect(readFileSync(target.file('resumed')).toString('latin1', 0, 6)).toBe('marked');
    await expect.poll(() => readFileSync(folder.file('squid', 'access.log'), 'utf8'), { timeout: 5000 }).toMatch(line);
  });

  it('reports a host that it cannot reach', async () => {
    using target = temporaryFolder();
    const [port = 0] = await freePorts(1);
    const requests = ['http', 'https'].map((scheme) => {
      return { sources: [`${scheme}://127.0.0.1:${port}/x`], to: target.file(scheme) };
    });
    const outcomes = await fetchAll(requests, { proxies: { http: proxy, https: proxy } });
    expect(errorOf(outcomes[0])).toMatch(/^http: .*503/);
    expect(errorOf(outcomes[1])).toMatch(/^connect: The proxy could not connect/);
  });
});
