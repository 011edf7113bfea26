/* A file system of a neighbour's, by FUSE, that says all on it is root's. */
import { chownSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';

import { bundleFixture, compileC, missing, runProgram, stranger, temporaryFolder } from '@sb/test-kit';
import { beforeAll, describe, expect, it } from 'vitest';

const program = temporaryFolder();
const served = program.file('served');
const exchanges = program.file('exchanges');

/** What root makes of a file system that a user serves, with a link to a file of root's alone. */
async function madeOf(user: number, statfsError = 0): Promise<Readonly<Record<string, string>>> {
  using folder = temporaryFolder();
  mkdirSync(folder.file('mnt'));
  writeFileSync(folder.file('bound'), '');
  writeFileSync(folder.file('secret'), 'root’s', { mode: 0o600 });
  const fixture = bundleFixture(new URL('../test/fixtures/of-served.ts', import.meta.url));
  const own = [served, folder.file('mnt'), String(user), folder.file('secret'), String(statfsError)];
  const args = ['--mount', '--propagation', 'private', ...own, process.execPath, fixture];
  const { status, stdout, stderr } = await runProgram('unshare', [...args, folder.file('mnt'), folder.file('bound')]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout) as Readonly<Record<string, string>>;
}

describe.skipIf(missing('root', 'linux', 'unshare', 'fuse'))('a file on a file system that', () => {
  beforeAll(async () => {
    await compileC(served, { from: import.meta.url, sources: ['../test/fixtures/served.c'] });
    await compileC(exchanges, { from: import.meta.url, sources: ['../test/fixtures/exchanges.c'] });
    return () => program[Symbol.dispose]();
  });

  it.each([
    ['answers what it is', 0],
    ['has no answer to that', constants.errno.ENOSYS],
  ])('a neighbour serves, and %s, does not count as root’s', async (_, statfsError) => {
    const why = `lies on a file system that uid ${stranger.uid} serves (FUSE)`;
    const { orders, bound, folder, below, throughLink, content, output, replaced, ...rest } = await madeOf(
      stranger.uid,
      statfsError,
    );
    for (const refused of [orders, folder, below, content]) expect(refused).toContain(`/mnt ${why}`);
    expect(bound).toContain(`bound can't be used: it ${why}`);
    for (const refused of [output, replaced]) expect(refused).toContain(`bound is not used: it ${why}`);
    // For another ordinary user, what is the neighbour's own is content like any other.
    expect(throughLink).toContain(`a symbolic link of uid ${stranger.uid} leads to a file of uid 0`);
    expect(rest).toEqual({ ownFile: 'theirs', rename: why, write: why, owner: why });
  });

  it.each(['file', 'directory'])(
    'a neighbour serves, and never answers, is a %s that root does not wait for',
    async (kind) => {
      using folder = temporaryFolder();
      const [place, why] = [folder.file('mnt'), `lies on a file system that uid ${stranger.uid} serves (FUSE)`];
      if (kind === 'file') writeFileSync(place, '');
      else mkdirSync(place);
      const fixture = bundleFixture(new URL('../test/fixtures/of-silent.ts', import.meta.url));
      const args = ['--mount', '--propagation', 'private', served, place, String(stranger.uid), '/', 'silent'];
      const run = await runProgram('unshare', [...args, process.execPath, fixture, place], { timeout: 15_000 });
      expect(run).toMatchObject({ status: 0, stderr: '' });
      const { twin, ...all } = JSON.parse(run.stdout) as Readonly<Record<string, unknown>>;
      expect(twin).toEqual([true, true, true]);
      expect(Object.keys(all)).toHaveLength(11);
      for (const [act, said] of Object.entries(all)) expect([act, said]).toEqual([act, expect.stringContaining(why)]);
    },
  );

  it('a neighbour serves, and never answers, is not asked if it takes the place of a link meanwhile', async () => {
    using folder = temporaryFolder();
    const [mount, link, begin] = [folder.file('mnt'), folder.file('link'), folder.file('begin')];
    mkdirSync(mount);
    mkdirSync(folder.file('real'));
    writeFileSync(folder.file('real/file'), 'theirs');
    symlinkSync('real', link);
    const fixture = bundleFixture(new URL('../test/fixtures/of-exchanged.ts', import.meta.url));
    const serving = [served, mount, String(stranger.uid), '/', 'silent'];
    const opening = [process.execPath, fixture, `${link}/file`, begin];
    const beside = [exchanges, mount, link, begin, ...serving, ...opening];
    const args = ['--mount', '--propagation', 'private', ...beside];
    const { status, stdout, stderr } = await runProgram('unshare', args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const seen = JSON.parse(stdout) as readonly string[];
    expect(seen).toEqual(expect.arrayContaining(['read', 'serves']));
    // How often each is met is chance.
    expect(seen.filter((one) => !['read', 'serves', 'changed meanwhile'].includes(one))).toEqual([]);
  });

  it('a neighbour serves, and never answers, does not block the removal of its directory', async () => {
    using folder = temporaryFolder();
    mkdirSync(folder.file('goes/inner/mnt'), { recursive: true });
    const fixture = bundleFixture(new URL('../test/fixtures/remove-served.ts', import.meta.url));
    const args = ['--mount', '--propagation', 'private', served, folder.file('goes/inner/mnt'), String(stranger.uid)];
    const remover = ['/', 'silent', process.execPath, fixture, folder.file('goes')];
    const { stdout, stderr } = await runProgram('unshare', [...args, ...remover], { timeout: 15_000 });
    expect({ stdout, stderr }).toEqual({ stdout: 'EXDEV', stderr: '' });
  });

  it('a neighbour serves, and never answers, is not asked if it takes the place of a directory in which something stays', async () => {
    using folder = temporaryFolder();
    const [mount, goes, begin] = [folder.file('mnt'), folder.file('goes'), folder.file('begin')];
    mkdirSync(mount);
    mkdirSync(folder.file('goes/third'), { recursive: true });
    writeFileSync(folder.file('goes/third/file'), '');
    chownSync(goes, stranger.uid, stranger.gid);
    chownSync(folder.file('goes/third'), 65_534, 65_534);
    const fixture = bundleFixture(new URL('../test/fixtures/remove-exchanged.ts', import.meta.url));
    const serving = [served, mount, String(stranger.uid), '/', 'silent'];
    const beside = [exchanges, mount, goes, begin, ...serving, process.execPath, fixture, goes, begin];
    const args = ['--mount', '--propagation', 'private', ...beside];
    const { status, stdout, stderr } = await runProgram('unshare', args, { timeout: 15_000 });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    // It stays, or something is mounted there; how often is chance.
    expect(JSON.parse(stdout)).toEqual(['EACCES', 'EXDEV']);
    const places = [goes, mount].map((place) => join(place, 'third/file'));
    expect(places.filter((place) => existsSync(place))).toHaveLength(1);
  });

  it('root serves is root’s: the control', async () => {
    expect(await madeOf(0)).toEqual({
      orders: 'theirs',
      bound: 'theirs',
      folder: 'opened',
      below: 'opened',
      content: 'theirs',
      // It is opened, and its server has no answer to what follows.
      output: expect.stringContaining('ENOSYS') as string,
      replaced: expect.stringContaining('EBUSY') as string,
      throughLink: expect.stringContaining('EACCES') as string,
      ownFile: 'theirs',
      rename: 'nobody',
      write: 'is writable for all',
      owner: 'daemon',
    });
  });
});
