/* Publishing what was tried: to a registry of this test's own. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';

import { temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { keepTarballs } from '../src/kept.mjs';
import { type Tarball } from '../src/pack.mjs';
import { publishKept } from '../src/publish.mjs';

interface Packument {
  readonly name: string;
  readonly versions: Readonly<Record<string, { readonly dist: { readonly integrity: string } }>>;
}

/** A registry that says what it has, takes what it is given, and writes down which. */
async function registry(has: Readonly<Record<string, string>>) {
  const puts: Packument[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const name = decodeURIComponent(request.url ?? '').slice(1);
      if (request.method === 'PUT') puts.push((await json(request)) as Packument);
      const isThere = request.method === 'PUT' || name in has;
      response.writeHead(isThere ? 200 : 404, { 'content-type': 'application/json' });
      const versions = { '1.0.0': { name, version: '1.0.0', dist: { integrity: has[name] ?? '', tarball: 'x' } } };
      response.end(JSON.stringify(isThere ? { name, 'dist-tags': { latest: '1.0.0' }, versions } : { error: 'none' }));
    })();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { puts, host, close: () => server.close() };
}

let folder: TemporaryFolder;
let server: Awaited<ReturnType<typeof registry>>;
let said: string[] = [];
/** What the registry has, and with which contents. */
const has: Record<string, string> = {};

beforeEach(async () => {
  folder = temporaryFolder();
  server = await registry(has);
  for (const name of Object.keys(has)) delete has[name];
  has['@x/old'] = 'sha512-x';
  said = [];
});
afterEach(() => {
  server.close();
  folder[Symbol.dispose]();
});

const git = (...args: readonly string[]): string =>
  execFileSync('git', ['-C', folder.file('tree'), '-c', 'user.name=x', '-c', 'user.email=x', ...args], {
    encoding: 'utf8',
  }).trim();

/** A clone, and packages that were packed of it. */
function kept(names: readonly string[], more: object = {}): string {
  mkdirSync(folder.file('forge'));
  execFileSync('git', ['init', '--quiet', '--bare', folder.file('forge')]);
  execFileSync('git', ['clone', '--quiet', folder.file('forge'), folder.file('tree')], { stdio: 'pipe' });
  git('commit', '--quiet', '--allow-empty', '--message', 'x');
  const places = names.map((name) => {
    const place = folder.file(name.replace('/', '-'));
    mkdirSync(place);
    writeFileSync(join(place, 'package.json'), JSON.stringify({ name, version: '1.0.0', ...more }));
    return place;
  });
  // All at once: each start of npm takes seconds on a busy machine.
  const args = ['pack', '--json', '--offline', '--cache', folder.file('.npm'), '--pack-destination', folder.path];
  const packed = Object.values(
    JSON.parse(execFileSync('npm', [...args, ...places], { cwd: folder.path, encoding: 'utf8' })) as Record<
      string,
      Tarball
    >,
  );
  const tarballs = packed.map((one) => Object.assign(one, { file: folder.file(one.filename) }));
  keepTarballs(tarballs, folder.file('kept'), git('rev-parse', 'HEAD'));
  return folder.file('kept');
}

function integrityIn(place: string, index: number): string {
  const list = JSON.parse(readFileSync(join(place, 'release.json'), 'utf8')) as { tarballs: readonly Tarball[] };
  return list.tarballs[index]?.integrity ?? '';
}

async function publish(place: string): Promise<readonly string[]> {
  const config = folder.file('npmrc');
  writeFileSync(config, `registry=http://${server.host}/\n//${server.host}/:_authToken=x\nfetch-retries=0\n`);
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, npm_config_userconfig: config, npm_config_cache: folder.file('cache') };
  return await publishKept(place, { tree: folder.file('tree'), env, say: (line) => said.push(line) });
}

/** The tags that the forge has. */
const tags = (): string => execFileSync('git', ['-C', folder.file('forge'), 'tag'], { encoding: 'utf8' });

const published = (): readonly string[] => server.puts.map(({ name }) => name);

it('publishes the bytes that were tried, in their order, and passes over what is there', async () => {
  const place = kept(['@x/first', '@x/old', '@x/second']);
  expect(await publish(place)).toEqual(['@x/first@1.0.0', '@x/second@1.0.0']);
  expect(published()).toEqual(['@x/first', '@x/second']);
  expect(server.puts[1]?.versions['1.0.0']?.dist.integrity).toBe(integrityIn(place, 2));
  expect(said).toContain('@x/old@1.0.0 was published earlier, of other sources');
  // The forge has a tag for each that was published, and for no other.
  expect(tags()).toBe('@x/first@1.0.0\n@x/second@1.0.0\n');
}, 240_000);

it('goes on where a run was interrupted, after publishing and before the tag', async () => {
  const place = kept(['@x/first', '@x/second']);
  has['@x/first'] = integrityIn(place, 0);
  expect(await publish(place)).toEqual(['@x/second@1.0.0']);
  expect(published()).toEqual(['@x/second']);
  expect(tags()).toBe('@x/first@1.0.0\n@x/second@1.0.0\n');
  has['@x/second'] = integrityIn(place, 1);
  expect(await publish(place)).toEqual([]);
}, 240_000);

it('publishes nothing where one tarball has changed since', async () => {
  const place = kept(['@x/first', '@x/second']);
  appendFileSync(join(place, 'x-second-1.0.0.tgz'), 'x');
  await expect(publish(place)).rejects.toThrow('x-second-1.0.0.tgz is not what was tried');
  expect(published()).toEqual([]);
}, 240_000);

it('publishes nothing of another commit', async () => {
  const place = kept(['@x/first']);
  git('commit', '--quiet', '--allow-empty', '--message', 'y');
  await expect(publish(place)).rejects.toThrow('pack them again');
  expect(published()).toEqual([]);
}, 240_000);

it('publishes nothing where the registry gives no answer', async () => {
  const place = kept(['@x/first']);
  server.close();
  await expect(publish(place)).rejects.toThrow('npm view @x/first@1.0.0');
  expect(published()).toEqual([]);
}, 240_000);

it('publishes nothing without a record of where it was built, which only a forge can make', async () => {
  const place = kept(['@x/first'], { publishConfig: { access: 'public', provenance: true } });
  await expect(publish(place)).rejects.toThrow('provenance');
  expect(published()).toEqual([]);
}, 240_000);
