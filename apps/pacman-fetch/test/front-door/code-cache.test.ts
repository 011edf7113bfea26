/* The code caches of the programs: packages/cli-kit/src/code-cache.test.ts has when one is used. */
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { codeCachePath } from '@sb/cli-kit/code-cache';
import { bundleFixture, missing, runProgram, stranger, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { program } from '../kit/fetch-program.js';
import { type Mirror, startMirror } from '../kit/mirror.js';
import { families, gone, installWith, StandIn } from '../kit/stand-in.js';

const content = Buffer.alloc(100_000, 'x');
const caches = ['cli-main.cjs.cache', 'batch-main.cjs.cache', 'serve-main.cjs.cache'];
let mirror: Mirror;
let folder: TemporaryFolder;
let dist: string;
let starter: string;

beforeAll(async () => {
  mirror = await startMirror({ '/x.pkg': content });
});
afterAll(async () => await mirror[Symbol.asyncDispose]());
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(folder.file('lib'));
  starter = installWith(folder.file('lib'), program.replace(/cli\.cjs$/, 'serve.cjs'));
  dist = folder.file('lib/dist');
  writeFileSync(folder.file('pacman.conf'), '[options]\nSandboxUser = nobody\n');
});
afterEach(() => folder[Symbol.dispose]());

/** A file by a front door of a pacman that has started nothing yet. */
async function downloaded(name: string): Promise<void> {
  await using pacman = new StandIn();
  const file = folder.file(`cache-${name}/x.pkg.part`);
  mkdirSync(folder.file(`cache-${name}`));
  const words = ['--config', folder.file('pacman.conf'), '-o', file, `${mirror.origin}/x.pkg`];
  expect([name, await pacman.run(starter, ...words)]).toEqual([name, { status: 0, said: '' }]);
  expect([name, families(folder.path).length]).toEqual([name, 1]);
  expect(readFileSync(file)).toEqual(content);
  await pacman.kill();
  await gone(folder.file(`cache-${name}`));
}

/** A new process: what else a process of tests does may have changed the flags of V8, which a cache has to match. */
const plant = bundleFixture(new URL('./fixtures/plant-code-cache.ts', import.meta.url));

/** What a program says whose cache has the functions of another one: `odd` if they were taken from there. */
async function said(
  { main: name, words }: { readonly main: string; readonly words: readonly [program: string, ...rest: string[]] },
  change: (cache: string) => void,
  uid?: number,
): Promise<string> {
  const [own = '', odd = ''] = ['own', 'odd'].map((word) => `process.stdout.write('${word}');`);
  const main = join(dist, name);
  const cache = codeCachePath(main);
  writeFileSync(main, own);
  rmSync(cache, { force: true });
  await runProgram(process.execPath, [plant, main, own, odd]);
  change(cache);
  const ids = uid === undefined ? {} : { uid, gid: uid };
  const [first, ...rest] = words;
  return (await runProgram(process.execPath, [join(dist, first), ...rest], ids)).stdout;
}

describe.skipIf(missing('root', 'linux', 'landlock6'))('the code caches of pacman-fetch', () => {
  it('are made by their owner, and a download with, without or with a damaged one is the same', async () => {
    const make = async (ids: object = {}) => await runProgram(process.execPath, [join(dist, 'code-cache.js')], ids);
    for (const name of caches) rmSync(join(dist, name), { force: true });
    // A question and a mistake make none.
    const asked = async (word: string) => await runProgram(process.execPath, [join(dist, 'code-cache.js'), word]);
    const usage = 'Usage: node code-cache.js [--own]\n';
    expect(await asked('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining(usage), stderr: '' });
    const stderr = `error: code-cache.js does not know --nonsense\n       ${usage}`;
    expect(await asked('--nonsense')).toMatchObject({ status: 2, stdout: '', stderr });
    for (const name of caches) expect(existsSync(join(dist, name))).toBe(false);
    await downloaded('without');

    const other = await make({ uid: stranger.uid, gid: stranger.gid });
    expect(other).toMatchObject({ status: 1, stderr: expect.stringContaining('as the owner of the program') });
    expect(await make()).toMatchObject({ status: 0, stdout: '', stderr: '' });
    for (const name of caches) expect(lstatSync(join(dist, name))).toMatchObject({ mode: 0o100_644, uid: 0 });
    await downloaded('with');

    for (const name of caches) {
      const bytes = readFileSync(join(dist, name));
      writeFileSync(join(dist, name), bytes.subarray(0, bytes.length - 1000));
    }
    await downloaded('damaged');
  });

  it.each([
    ['without /proc', 'umount -l /proc', '/proc is not mounted\n       Run "mount -t proc proc /proc".\n'],
    ['on a full disk', '(head -c 99000000 /dev/zero > "$0/fill") 2> /dev/null', 'ENOSPC (no space left on device)\n'],
  ])('that cannot be made %s are reported in plain words', async (_where, before, reason) => {
    const copy = 'cp -r "$0" "$0.kept"; mount -t tmpfs -o size=30m none "$0" && cp "$0.kept"/*.cjs "$0.kept"/*.js "$0"';
    const script = `${copy}; ${before}; exec "$1" "$0/code-cache.js" --own`;
    const words = ['-m', 'sh', '-c', script, dist, process.execPath];
    const { status, stderr } = await runProgram('unshare', words, {});
    const start = `error: cannot write the code cache ${dist}/cli-main.cjs.cache: `;
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining(start + reason) });
  });

  it.each([
    { main: 'cli-main.cjs', words: ['cli.cjs'] },
    { main: 'batch-main.cjs', words: ['cli.cjs', 'refresh'] },
    { main: 'serve-main.cjs', words: ['serve.cjs'] },
  ] as const)('are not taken from others by $main', async (name) => {
    // The control: what the owner wrote decides, for root and for the user whom pacman starts it as.
    expect(await said(name, () => {})).toBe('odd');
    expect(await said(name, () => {}, stranger.uid)).toBe('odd');
    const planted = (cache: string): void => chownSync(cache, stranger.uid, stranger.gid);
    expect(await said(name, planted)).toBe('own');
    expect(await said(name, planted, stranger.uid)).toBe('own');
    expect(await said(name, (cache) => chmodSync(cache, 0o666))).toBe('own');
  });
});

describe('the programs for one file', () => {
  it.each(['cli-main.cjs', 'serve-main.cjs'])('load no HTTP/2, which nobody asks for: %s', (name) => {
    const text = readFileSync(join(dirname(program), name), 'utf8');
    // The control: what undici needs is there. A bundler may have given `require` another name.
    expect(text).toMatch(/\w\("(?:node:)?tls"\)/);
    expect(text).not.toMatch(/\w\("(?:node:)?http2?"\)/);
  });
});
