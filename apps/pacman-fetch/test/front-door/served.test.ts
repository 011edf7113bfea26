/* Names that root's front door meets, on which a neighbour has mounted a file system by FUSE that never answers. */
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

import { compileC, missing, stranger, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type Mirror, startMirror } from '../kit/mirror.js';
import { program } from '../kit/fetch-program.js';
import { families, installWith, nativeSources, StandIn } from '../kit/stand-in.js';

const content = Buffer.alloc(100_000, 'x');
const outer = temporaryFolder();
const served = outer.file('served');
/** Of these sources, so that a change of them is seen: by statmount(2) where the kernel has it, and by the list of mounts. */
const flags = { statmount: [], list: ['-DFRONT_STATMOUNT=-1'] };
const starter = (by: string): string => outer.file(`lib-${by}/start`);
let mirror: Mirror;
let folder: TemporaryFolder;

beforeAll(async () => {
  mirror = await startMirror({ '/x.pkg': content });
  // Where a copy of this package is tested, its dependencies lie where they are.
  const from = pathToFileURL(createRequire(import.meta.url).resolve('@sb/files/package.json')).href;
  const build = async ([by, more]: [string, readonly string[]]): Promise<void> => {
    const built = outer.file(`start-${by}`);
    await compileC(built, { from: import.meta.url, sources: nativeSources, flags: ['-static', ...more] });
    mkdirSync(outer.file(`lib-${by}`));
    installWith(outer.file(`lib-${by}`), program.replace(/cli\.cjs$/, 'serve.cjs'), built);
  };
  await Promise.all([
    compileC(served, { from, sources: ['test/fixtures/served.c'] }),
    ...Object.entries(flags).map(build),
  ]);
});
afterAll(async () => {
  await mirror[Symbol.asyncDispose]();
  outer[Symbol.dispose]();
});
beforeEach(() => {
  folder = temporaryFolder();
  for (const name of ['cache', 'mnt']) mkdirSync(folder.file(name));
  writeFileSync(folder.file('cache/x.pkg.part'), '');
  for (const name of ['mnt', 'cache/x.pkg.part']) chownSync(folder.file(name), stranger.uid, stranger.gid);
  writeFileSync(folder.file('pacman.conf'), '[options]\nSandboxUser = lp\n');
});
afterEach(() => folder[Symbol.dispose]());

/** What mounts all of them in a mount namespace, before it becomes pacman. */
const mounting = (...names: readonly string[]): readonly string[] => [
  'unshare',
  '--mount',
  '--propagation',
  'private',
  ...names.flatMap((name) => [served, folder.file(name), String(stranger.uid), '/', 'silent']),
];

describe.skipIf(missing('root', 'linux', 'landlock6', 'unshare', 'fuse'))('the front door of root', () => {
  it.each(Object.keys(flags))('waits for no neighbour’s file system that never answers, by %s', async (by) => {
    await using pacman = new StandIn({ prefix: mounting('mnt', 'cache/x.pkg.part') });
    const run = async (name: string) =>
      await pacman.run(
        starter(by),
        '--config',
        folder.file('pacman.conf'),
        '-o',
        folder.file(name),
        `${mirror.origin}/x.pkg`,
      );
    // FILE itself, and a directory on the way to it: no name there is asked for.
    for (const name of ['cache/x.pkg.part', 'mnt/x.pkg.part', 'mnt/folder/x.pkg.part']) {
      const { status, said } = await run(name);
      expect([name, status, said]).toEqual([name, 4, expect.stringContaining(`uid ${stranger.uid} serves (FUSE)`)]);
    }
    expect(families(folder.path)).toEqual([]);
    // The twin: what lies beside it is downloaded by the front door.
    expect(await run('cache/z.pkg.part')).toEqual({ status: 0, said: '' });
    expect(families(folder.path)).toHaveLength(1);
    expect(readFileSync(folder.file('cache/z.pkg.part'))).toEqual(content);
    expect(existsSync(folder.file('mnt/x.pkg.part'))).toBe(false);
  });
});
