/* Another process of the user that downloads, which takes what is open and writes to it once that was checked. */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { missing, Neighbour, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { eventually, isInOneProcess, program, runFetch } from '../kit/fetch-program.js';
import { type Mirror, type Route, serveChanged, startMirror } from '../kit/mirror.js';
import { makeRepository, type Repository } from '../pacman/repository.js';
import { Machine } from '../sync/machine.js';

/** A user of its own: what other tests run as nobody is left alone. */
const user = 'lp';
const [uid, gid] = [7, 7];
const name = 'pkg8-1-1-any.pkg.tar.zst';

const outer = temporaryFolder();
let repository: Repository;
let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

/** A mirror whose package comes in two halves, the second when the thief has seen who asks. */
async function patientMirror(thief: Neighbour): Promise<Mirror> {
  const file = repository.read(name);
  const files = Object.fromEntries(['test.db', ...repository.packages].map((one) => [`/${one}`, repository.read(one)]));
  const halves: Route = (_request, response) => {
    response.writeHead(200, { 'content-length': file.length }).write(file.subarray(0, 100_000));
    void eventually('the thief', () => thief.did.length > 0)
      .then(async () => await setTimeout(300))
      .then(() => response.end(file.subarray(100_000)));
  };
  return await startMirror(files, {
    [`/${name}`]: halves,
    '/future.db': serveChanged(Buffer.from('a database'), new Date('2099-01-01T00:00:00Z')),
  });
}

/** Another process of that user, with its group and its groups, which robs those with a word in their command line. */
const thiefOf = async (word: string) =>
  await Neighbour.start({ as: { uid, gid, groups: [gid] }, tactics: [['take', process.pid, word]], seconds: 60 });

/** All that it got: files, and ends of channels. */
async function lootOf(thief: Neighbour): Promise<readonly string[]> {
  const { did, gained } = await thief.stop();
  return [...gained, ...did.filter(({ outcome }) => outcome === 'OK')].map(({ what, on }) => `${what} ${on}`);
}

/** What the kernel answered it. */
const answersTo = ({ did }: Neighbour): readonly string[] => did.map(({ outcome }) => outcome);

describe.skipIf(missing('root', 'linux', 'pacman', 'curl', 'landlock6'))(
  'a neighbour of the user that downloads',
  () => {
    beforeAll(() => {
      repository = makeRepository(outer.path);
    });
    afterAll(() => outer[Symbol.dispose]());

    it('has no byte in what prefetch has checked by the database, and pacman installs with SigLevel = Never', async () => {
      await using thief = await thiefOf('--input-type=');
      await using mirror = await patientMirror(thief);
      const machine = new Machine(folder.path, { servers: [mirror.origin], sandboxUser: user });
      expect(await machine.run('refresh')).toMatchObject({ status: 0 });
      expect(await machine.run('prefetch', 'pkg8')).toMatchObject({ status: 0, stderr: '' });
      // It goes on trying for as long as it lives.
      await setTimeout(300);
      expect(readFileSync(join(machine.cache, name)).equals(repository.read(name))).toBe(true);
      expect(answersTo(thief)).toContain('EPERM');
      expect(await lootOf(thief)).toEqual([]);
      const installed = await machine.pacmanWithoutNetwork('-S', 'pkg8');
      expect(installed.status, installed.stdout + installed.stderr).toBe(0);
      const own = execFileSync('bsdtar', ['-xOf', join(repository.folder, name), 'usr/share/pkg8/data']);
      expect(readFileSync(join(folder.path, 'root/usr/share/pkg8/data')).equals(own)).toBe(true);
    });

    it('takes nothing of an XferCommand, and has no byte in what that has left', async () => {
      await using thief = await thiefOf('/usr/bin/curl');
      await using mirror = await patientMirror(thief);
      const own = ['XferCommand = /usr/bin/curl -sfo %o %u'];
      const machine = new Machine(folder.path, { servers: [mirror.origin], sandboxUser: user, own });
      expect(await machine.run('refresh')).toMatchObject({ status: 0 });
      expect(await machine.run('prefetch', 'pkg8')).toMatchObject({ status: 0 });
      await setTimeout(300);
      expect(answersTo(thief)).toContain('EPERM');
      expect(await lootOf(thief)).toEqual([]);
      expect(readFileSync(join(machine.cache, name)).equals(repository.read(name))).toBe(true);
    });

    it('and one answer from 2099 leave FILE with the time of its last byte', async () => {
      await using thief = await thiefOf('nobody is robbed');
      await using mirror = await patientMirror(thief);
      const config = folder.file('pacman-fetch.conf');
      writeFileSync(config, `[options]\nSandboxUser = ${user}\n`);
      for (const output of ['future.db', 'x.part']) {
        const args = ['--config', config, '-o', folder.file(output), `${mirror.origin}/future.db`];
        expect(await runFetch(args)).toMatchObject({ status: 0 });
        expect(Math.abs(Date.now() - statSync(folder.file(output)).mtimeMs)).toBeLessThan(60_000);
      }
    });

    it.each([
      ['in place', `${name}.part`],
      ['that gets its name in the end', name],
    ])('takes nothing of a FILE %s', async (_how, output) => {
      const word = output.endsWith('.part') && isInOneProcess ? program : '--input-type=';
      await using thief = await thiefOf(word);
      await using mirror = await patientMirror(thief);
      const config = folder.file('pacman-fetch.conf');
      writeFileSync(config, `[options]\nSandboxUser = ${user}\n`);
      const args = ['--config', config, '-o', folder.file(output), `${mirror.origin}/${name}`];
      expect(await runFetch(args)).toMatchObject({ status: 0 });
      await setTimeout(300);
      expect(answersTo(thief)).toContain('EPERM');
      expect(await lootOf(thief)).toEqual([]);
      expect(readFileSync(folder.file(output)).equals(repository.read(name))).toBe(true);
    });
  },
);
