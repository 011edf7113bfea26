import {
  chmodSync,
  chownSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';

import { missing, temporaryFolder } from '@sb/test-kit';
import { afterAll, describe, expect, it } from 'vitest';

import { cachedIn, codeCachePath, encodeCodeCache, readProgram, runCached, scriptOf } from './code-cache.js';

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());

/** Two programs of the same length: V8 itself compares no more of a source than that. */
const sources = { own: `globalThis.sbRan = 'own';`, other: `globalThis.sbRan = 'odd';` };

/** Bytes of a cache of these sources before its compiled functions. */
const dataStart = encodeCodeCache(Buffer.from(sources.own), Buffer.alloc(0)).length;

const headLength = encodeCodeCache(Buffer.alloc(0), Buffer.alloc(0)).indexOf('\n') + 1;

const exe = statSync(process.execPath);

/** Changes the head of a cache. */
function replaceIn(cache: string, text: string, by: string): void {
  const before = readFileSync(cache, 'latin1');
  const after = before.replace(text, by);
  expect(after).not.toBe(before);
  writeFileSync(cache, after, 'latin1');
}

let count = 0;

const ran = globalThis as { sbRan?: string };

/**
 * What a program says whose code cache has the functions of another one: `odd` if they were taken from the cache.
 *
 * @param change - of the cache, before the program is run
 */
function said(change: (cache: string, program: string) => void, source = sources.own): string | undefined {
  const program = folder.file(`${count++}.cjs`);
  writeFileSync(program, sources.own);
  const data = scriptOf(program, Buffer.from(sources.other)).createCachedData();
  const cache = codeCachePath(program);
  writeFileSync(cache, encodeCodeCache(Buffer.from(source), data), { mode: 0o644 });
  change(cache, program);
  delete ran.sbRan;
  runCached(program);
  return ran.sbRan;
}

describe('a code cache', () => {
  it('is taken as it is if it is of the owner and of the source: the control', () => {
    expect(said(() => undefined)).toBe('odd');
    expect(said((cache) => chmodSync(cache, 0o600))).toBe('odd');
  });

  it.each<[what: string, change: (cache: string, program: string) => void]>([
    ['if there is none', (cache) => rmSync(cache)],
    ['that its group may write', (cache) => chmodSync(cache, 0o664)],
    ['that others may write', (cache) => chmodSync(cache, 0o646)],
    [
      'behind a link',
      (cache) => {
        renameSync(cache, `${cache}.real`);
        symlinkSync(`${cache}.real`, cache);
      },
    ],
    [
      'that is a directory',
      (cache) => {
        rmSync(cache);
        mkdirSync(cache);
      },
    ],
    ['without a content', (cache) => truncateSync(cache)],
    ['that ends in its head', (cache) => truncateSync(cache, headLength + 2)],
    ['that ends in its source', (cache) => truncateSync(cache, headLength + 9)],
    ['that ends after its source', (cache) => truncateSync(cache, dataStart)],
    ['of another version', (cache) => replaceIn(cache, 'cache 2', 'cache 1')],
    ['of another Node', (cache) => replaceIn(cache, process.version, process.version.replaceAll(/\d/g, '9'))],
    ['of another V8', (cache) => replaceIn(cache, process.versions.v8, process.versions.v8.replaceAll(/\d/g, '9'))],
    [
      'of another processor',
      (cache) => replaceIn(cache, ` ${process.arch} `, ' pdp11 '.slice(-process.arch.length - 2)),
    ],
    ['of another build of this Node, by its size', (cache) => replaceIn(cache, ` ${exe.size} `, ` ${exe.size + 1} `)],
    [
      'of another build of this Node, by its time',
      (cache) => replaceIn(cache, ` ${exe.mtimeMs}\n`, ` ${exe.mtimeMs + 1}\n`),
    ],
    ['of a program that was changed since', (_, program) => writeFileSync(program, sources.own.replace(' =', '  ='))],
  ])('is ignored %s', (_, change) => {
    expect(said(change)).toBe('own');
  });

  it('is ignored if it is of another source of the same length', () => {
    expect(said(() => undefined, sources.other)).toBe('own');
  });

  it('is ignored if V8 made it with other flags', () => {
    expect(
      said((cache, program) => {
        const data = scriptOf(program, Buffer.from(sources.other)).createCachedData();
        // Of its head, after a magic number: the versions and the flags (src/snapshot/code-serializer.h).
        for (let byte = 4; byte < 16; byte++) data.writeUInt8(data.readUInt8(byte) ^ 0xff, byte);
        writeFileSync(cache, encodeCodeCache(Buffer.from(sources.own), data));
      }),
    ).toBe('own');
  });

  it.skipIf(missing('root'))('is ignored if another user owns it, also for that user', () => {
    expect(said((cache) => chownSync(cache, 65_534, 65_534))).toBe('own');
    // Root wrote the cache of a program of somebody else.
    expect(said((_, program) => chownSync(program, 65_534, 65_534))).toBe('own');
  });

  it('lets a program import what lies beside it', async () => {
    writeFileSync(folder.file('beside.mjs'), 'export const answer = 42;');
    const program = folder.file('imports.cjs');
    writeFileSync(program, `globalThis.sbImported = importBeside('./beside.mjs');`);
    runCached(program);
    expect(await (globalThis as { sbImported?: unknown }).sbImported).toMatchObject({ answer: 42 });
  });

  it('has its functions where V8 need not copy them, for a source of each length', () => {
    for (let length = 0; length < 9; length++) {
      const source = Buffer.alloc(length, ' ');
      const cached = cachedIn(encodeCodeCache(source, Buffer.from('functions')), source);
      expect(cached?.data.toString()).toBe('functions');
      expect((cached?.data.byteOffset ?? 1) % 8).toBe(0);
    }
  });

  it('of a program that is not there changes nothing', () => {
    expect(() => readProgram(folder.file('nothing'))).toThrow(/ENOENT/);
  });
});
