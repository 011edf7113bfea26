/* CacheServer as pacman.conf(5) has it: asked first, for packages and their signatures alone. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { missing } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Mirror, type Route, startMirror } from '../kit/mirror.js';
import { makeScene, type Scene } from './scene.js';

let scene: Scene;

const names = [1, 2, 3, 4, 5].map((number) => `pkg${number}`);
const files = names.map((name) => `${name}-1-1-any.pkg.tar.zst`);
const pathsOf = (all: readonly string[]) => all.flatMap((file) => [`/${file}`, `/${file}.sig`]);

const askedOf = ({ requests }: Mirror) => requests.map(({ url }) => url ?? '').toSorted();

/** A cache server, and what ours and pacman ask it for and end with. */
async function both(content: (name: string) => Buffer | undefined, routes: Readonly<Record<string, Route>> = {}) {
  const has = pathsOf(files).flatMap((path) => {
    const bytes = content(path.slice(1));
    return bytes === undefined ? [] : [[path, bytes] as const];
  });
  const run = async (isOurs: boolean) => {
    await using cacheServer = await startMirror(Object.fromEntries(has), routes);
    // One at a time: then it can be said how often a server is asked that answers with errors.
    const options = ['ParallelDownloads = 1'];
    const machine = scene.machine({ cacheServers: [cacheServer.origin], signedBy: scene.repository, options });
    expect(isOurs ? await machine.run('refresh') : await machine.pacman('-Sy')).toMatchObject({ status: 0 });
    expect(cacheServer.requests).toHaveLength(0);
    scene.asked();
    const result = isOurs ? await machine.run('prefetch', ...names) : await machine.pacman('-Sw', ...names);
    const isWhole = (name: string) => readFileSync(join(machine.cache, name)).equals(scene.repository.read(name));
    const whole = readdirSync(machine.cache).filter((name) => /\.(zst|sig)$/.test(name) && isWhole(name));
    return { status: result.status, stderr: result.stderr, whole, asked: askedOf(cacheServer), server: scene.asked() };
  };
  return { ours: await run(true), theirs: await run(false) };
}

const all = files.flatMap((file) => [file, `${file}.sig`]);

describe.skipIf(missing('root', 'linux', 'pacman', 'nginx', 'openssl', 'landlock6'))('CacheServer', () => {
  beforeAll(async () => {
    scene = await makeScene();
  });
  afterAll(async () => await scene[Symbol.asyncDispose]());

  it('that has everything is the only one that is asked', async () => {
    const { ours, theirs } = await both((name) => scene.repository.read(name));
    for (const one of [ours, theirs]) {
      expect(one).toMatchObject({ status: 0, whole: all, server: [] });
      expect(one.asked).toEqual(pathsOf(files).toSorted());
    }
  });

  it('that has nothing is asked for each, however many it lacks, and nothing is said of it', async () => {
    const { ours, theirs } = await both(() => undefined);
    for (const one of [ours, theirs]) {
      expect(one).toMatchObject({ status: 0, stderr: '', whole: all });
      expect(one.asked.filter((path) => path.endsWith('.zst'))).toEqual(files.map((file) => `/${file}`).toSorted());
      expect(one.server).toHaveLength(all.length);
    }
  });

  it('that has packages and no signatures leaves those to the servers, where pacman ends', async () => {
    const { ours, theirs } = await both((name) => (name.endsWith('.sig') ? undefined : scene.repository.read(name)));
    expect(ours).toMatchObject({ status: 0, stderr: '', whole: all });
    expect(ours.server).toEqual(files.map((file) => `200 /${file}.sig`).toSorted());
    expect(theirs.status).toBe(1);
  });

  it('whose files are spoilt costs one message, since it is asked last from then on, where pacman ends', async () => {
    const { ours, theirs } = await both((name) => Buffer.alloc(scene.repository.read(name).length, 'x'));
    expect(ours).toMatchObject({ status: 0, whole: all });
    expect(ours.stderr).toMatch(/^error: failed retrieving file 'pkg\d\S*' from .* SHA-256.*\n$/);
    expect(theirs.status).toBe(1);
  });

  it('that is out of order is left after three errors, where pacman goes on asking it', async () => {
    const broken: Route = (_request, response) => response.writeHead(500).end();
    const routes = Object.fromEntries(pathsOf(files).map((path) => [path, broken]));
    const { ours, theirs } = await both(() => undefined, routes);
    for (const one of [ours, theirs]) expect(one).toMatchObject({ status: 0, whole: all });
    expect(ours.asked).toHaveLength(3);
    expect(ours.stderr.match(/^error: failed retrieving file 'pkg\d.* status 500$/gm)).toHaveLength(3);
    expect(theirs).toMatchObject({ stderr: '', asked: files.map((file) => `/${file}`) });
  });
});
