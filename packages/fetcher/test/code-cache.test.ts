/* The code cache of the worker's program: what is in it is executed, so it must be the owner's. */
import {
  chmodSync,
  chownSync,
  copyFileSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';

import { codeCachePath } from '@sb/cli-kit/code-cache';
import { bundleFixture, missing, runProgram, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { errorOf, fetchOne } from './kit/fetch.js';

const makesCache = bundleFixture(new URL('fixtures/code-cache.ts', import.meta.url));
const built = (name: string): URL => new URL(`../dist/${name}`, import.meta.url);

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

/** Programs of one length, each of which ends with another error: V8 compares no more of a source than its length. */
const [own, odd] = ['own', 'odd'].map(
  // What is shown of the source is not taken for the message.
  (word) => `const word = '${word}', Failure = globalThis['Err' + 'or'];\nthrow new Failure(word + ' program');`,
) as [string, string];

/** How a worker ends whose code cache has the functions of another program. */
async function end(change: (cache: string) => void, source = own): Promise<string | undefined> {
  const program = folder.file('worker.cjs');
  writeFileSync(program, own);
  copyFileSync(built('load.cjs'), folder.file('load.cjs'));
  const made = await runProgram(process.execPath, [makesCache, program, odd, source]);
  expect(made).toMatchObject({ status: 0, stderr: '' });
  change(codeCachePath(program));
  return errorOf(await fetchOne({ sources: ['http://127.0.0.1:1/x'], to: folder.file('x') }, { program }));
}

const oddError = 'worker-died: the worker ended with 1 Error: odd program';
const ownError = 'worker-died: the worker ended with 1 Error: own program';

describe.skipIf(missing('root', 'linux'))("the code cache of the worker's program", () => {
  it('decides what a worker executes if it is the owner’s: the control', async () => {
    expect(await end(() => {})).toBe(oddError);
  });

  it.each<[what: string, change: (cache: string) => void]>([
    ['of another user', (cache) => chownSync(cache, 65_534, 65_534)],
    ['that others may write', (cache) => chmodSync(cache, 0o646)],
    [
      'behind a link',
      (cache) => {
        renameSync(cache, `${cache}.real`);
        symlinkSync(`${cache}.real`, cache);
      },
    ],
    ['that ends in its head', (cache) => writeFileSync(cache, readFileSync(cache).subarray(0, 20))],
    ['that is empty', (cache) => writeFileSync(cache, '')],
  ])('is not used if it is one %s', async (_what, change) => {
    expect(await end(change)).toBe(ownError);
  });

  it('is not used for another program of the same length', async () => {
    expect(await end(() => {}, odd)).toBe(ownError);
  });

  it('is built, and belongs to the owner of the program', () => {
    const [program, cache] = [built('worker.cjs'), built('worker.cjs.cache')].map((file) => statSync(file));
    expect(cache?.uid).toBe(program?.uid);
    expect(readFileSync(built('worker.cjs.cache')).includes(readFileSync(built('worker.cjs')))).toBe(true);
  });

  it('is not made for a question or a mistake', async () => {
    const before = statSync(built('worker.cjs.cache')).ino;
    const asked = async (word: string) =>
      await runProgram(process.execPath, [fileURLToPath(built('code-cache.js')), word]);
    const usage = 'Usage: node code-cache.js\n';
    expect(await asked('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining(usage), stderr: '' });
    const stderr = `error: code-cache.js does not know --nonsense\n${usage}`;
    expect(await asked('--nonsense')).toMatchObject({ status: 2, stdout: '', stderr });
    expect(statSync(built('worker.cjs.cache')).ino).toBe(before);
  });
});
