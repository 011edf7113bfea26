/* Lists of servers as people have them: too long, with lines for other programs, with slashes at their ends. */
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';

import { missing, runProgram } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { environment, program } from '../kit/fetch-program.js';
import { startMirror } from '../kit/mirror.js';
import type { Machine } from './machine.js';
import { makeScene, type Scene } from './scene.js';

let scene: Scene;

const name = 'pkg2-1-1-any.pkg.tar.zst';

const has = ({ database }: Machine, file: string): boolean => existsSync(join(database, 'sync', file));
const warnings = (text: string) => text.split('\n').filter((line) => line.startsWith('warning: '));

describe.skipIf(missing('root', 'linux', 'pacman', 'nginx', 'openssl', 'landlock6'))('servers', () => {
  beforeAll(async () => {
    scene = await makeScene();
  });
  afterAll(async () => await scene[Symbol.asyncDispose]());

  it('may be more than a fetcher takes, as in a list of mirrors without comments', async () => {
    const servers = Array.from({ length: 300 }, () => scene.nginx.http);
    const machine = scene.machine({ servers, cacheServers: servers });
    expect(await machine.run('refresh')).toMatchObject({ status: 0, stderr: '' });
    expect(await machine.run('prefetch', 'pkg2')).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(join(machine.cache, name))).toBe(true);
  });

  it.each(['ftp://user:secret@127.0.0.1:1/x', 'rsync://127.0.0.1:1/x', '127.0.0.1/x'])(
    'that can not be used (%s) do not prevent asking others, and are reported once',
    async (odd) => {
      const machine = scene.machine({ servers: [odd, scene.nginx.http], cacheServers: [odd] });
      const { config, cache } = machine;
      const command = [program, 'pacman', '--', '--config', config, '--noconfirm', '-Syw', 'pkg2'];
      const { status, stderr } = await runProgram(process.execPath, command, { env: environment });
      expect(status).toBe(0);
      expect(existsSync(join(cache, name))).toBe(true);
      expect(stderr).not.toContain('secret');
      expect(warnings(stderr)).toEqual([
        expect.stringMatching(/pacman\.conf:\d+: Server = \S+ is left out: (?:it|only) /),
        expect.stringMatching(/pacman\.conf:\d+: CacheServer = \S+ is left out: (?:it|only) /),
      ]);
    },
  );

  it('are asked by pacman, too, after one by ftp that is not there', async () => {
    const machine = scene.machine({ servers: ['ftp://127.0.0.1:1/x', scene.nginx.http] });
    expect(await machine.pacman('-Sy')).toMatchObject({ status: 0 });
    expect(has(machine, 'test.db')).toBe(true);
  });

  it('that nothing is left of fail a repository by itself, with the status of a download', async () => {
    const machine = scene.machine();
    appendFileSync(machine.config, '[odd]\nServer = ftp://127.0.0.1:1/x\n[none]\n');
    const { status, stderr } = await machine.run('refresh');
    expect(status).toBe(1);
    expect(has(machine, 'test.db')).toBe(true);
    expect(stderr).toContain('error: no usable servers configured for repository: odd\n');
    expect(stderr).toContain('error: no servers configured for repository: none\n');
    expect(stderr).toContain('(2 of 3 could not be refreshed)');
    expect(await machine.run('refresh', 'test')).toMatchObject({ status: 0, stderr: '' });
  });

  it('are asked for the same paths as by pacman, with and without slashes at their ends', async () => {
    for (const end of ['', '/', '/a/', '/a//', '/$other/%20/']) {
      await using mirror = await startMirror({});
      const machine = scene.machine({ servers: [`${mirror.origin}${end}`] });
      // One after the other: both lock the same database.
      expect(await machine.run('refresh')).toMatchObject({ status: 1 });
      expect(await machine.pacman('-Sy')).toMatchObject({ status: 1 });
      const [ours, theirs, ...more] = mirror.requests.map(({ url }) => url);
      expect({ end, ours, more }).toEqual({ end, ours: theirs, more: [] });
    }
  });
});
