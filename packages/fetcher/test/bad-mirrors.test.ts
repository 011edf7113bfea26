import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';

import { missing, someOf, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Outcome } from '../src/request/options.js';
import { fetcherFor } from './kit/fetch.js';
import { type MirrorKind, mirrorKinds, type PacedMirror, pacedMirror } from './kit/paced-mirror.js';

/** A transaction: some large files, many small ones. */
const sizes = Array.from({ length: 60 }, (_, index) => (index < 10 ? 200_000 : 40_000));
const total = sizes.reduce((sum, size) => sum + size, 0);
const contents = new Map(sizes.map((size, index) => [`/${index}`, Buffer.alloc(size, `file ${index} `)]));
const rate = 600_000;

/** What two stalled mirrors took before: pacman's ten seconds each, for the first files alone. */
const stallTime = 20_000;

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

interface Measured {
  readonly outcomes: readonly Outcome[];
  readonly milliseconds: number;
  readonly sent: number;
  readonly mirrors: readonly PacedMirror[];
}

async function transaction(kinds: readonly MirrorKind[]): Promise<Measured> {
  const mirrors = await Promise.all(
    kinds.map((kind) => pacedMirror(kind, (path) => contents.get(path) ?? Buffer.alloc(0), rate)),
  );
  try {
    await using fetcher = fetcherFor();
    const requests = [...contents].map(([path, content]) => ({
      sources: mirrors.map(({ origin }) => `${origin}${path}`),
      to: folder.file(path.slice(1)),
      size: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
    }));
    const begun = performance.now();
    const outcomes = await fetcher.download(requests);
    return { outcomes, milliseconds: performance.now() - begun, sent: sum(mirrors.map(({ sent }) => sent())), mirrors };
  } finally {
    await Promise.all(mirrors.map(async (mirror) => await mirror[Symbol.asyncDispose]()));
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
const pairs = [0, 1, 2, 3, 4].flatMap((one) => [1, 2, 3, 4].flatMap((two) => (two > one ? [[one, two] as const] : [])));
const cases = mirrorKinds
  .filter((kind) => kind !== 'good')
  .flatMap((kind) => pairs.map(([one, two]) => ({ kind, one, two })));

describe.skipIf(missing('root', 'linux', 'landlock6'))('a transaction with two bad mirrors of five', () => {
  // The first two are the worst.
  it.each(someOf(cases, ({ kind }) => [kind]))(
    'waits for none that is $kind ($one and $two)',
    async ({ kind, one, two }) => {
      const five = (['good', 'good', 'good', 'good', 'good'] as MirrorKind[]).with(one, kind).with(two, kind);
      const { outcomes, milliseconds, sent } = await transaction(five);
      expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['done']));
      for (const [path, content] of contents)
        expect(readFileSync(folder.file(path.slice(1))).equals(content)).toBe(true);
      const twice = (sent - total) / total;
      process.stdout.write(
        `${kind}, ${one} and ${two}: ${Math.round(milliseconds)} ms, ${(twice * 100).toFixed(1)} % twice\n`,
      );
      expect(milliseconds).toBeLessThan(stallTime);
      expect(twice).toBeLessThanOrEqual(0.05);
    },
    60_000,
  );

  it('asks the first one alone where all are good', async () => {
    const { outcomes, sent, mirrors, milliseconds } = await transaction(['good', 'good', 'good', 'good', 'good']);
    process.stdout.write(`five good ones: ${Math.round(milliseconds)} ms\n`);
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['done']));
    expect(sent).toBe(total);
    expect(mirrors.map(({ requests }) => requests.length)).toEqual([60, 0, 0, 0, 0]);
  }, 60_000);
});

describe.skipIf(missing('root', 'linux', 'landlock6'))('a mirror that lies', () => {
  it('sends one file of a few, also where another one lies as well', async () => {
    const kinds: readonly MirrorKind[] = ['lying', 'lying', 'good', 'good'];
    const mirrors = await Promise.all(kinds.map((kind) => pacedMirror(kind, () => Buffer.alloc(5000, 'x'), rate)));
    try {
      await using fetcher = fetcherFor({ parallel: 1 });
      const sha256 = createHash('sha256').update(Buffer.alloc(5000, 'x')).digest('hex');
      const requests = ['a', 'b', 'c'].map((name) => ({
        sources: mirrors.map(({ origin }) => `${origin}/${name}`),
        to: folder.file(name),
        size: 5000,
        sha256,
      }));
      const outcomes = await fetcher.download(requests);
      expect(outcomes.map(({ status }) => status)).toEqual(['done', 'done', 'done']);
      expect(mirrors.map(({ requests: asked }) => asked.length)).toEqual([1, 1, 3, 0]);
      // The same worker asks another mirror for the file at once. Another worker would ask for it last.
      expect(mirrors[2]?.requests.map((head) => head.split(' ')[1])).toEqual(['/a', '/b', '/c']);
    } finally {
      await Promise.all(mirrors.map(async (mirror) => await mirror[Symbol.asyncDispose]()));
    }
  });
});

describe.skipIf(missing('root', 'linux', 'landlock6'))('a second mirror that lies', () => {
  it('sends only the first bytes of a file, because it differs from most others', async () => {
    const right = Buffer.alloc(100_000, 'x');
    const kinds: readonly MirrorKind[] = ['lying', 'lying', 'good', 'good'];
    const mirrors = await Promise.all(kinds.map((kind) => pacedMirror(kind, () => right, rate)));
    try {
      await using fetcher = fetcherFor({ parallel: 1 });
      const sha256 = createHash('sha256').update(right).digest('hex');
      const requests = ['a', 'b', 'c'].map((name) => ({
        sources: mirrors.map(({ origin }) => `${origin}/${name}`),
        to: folder.file(name),
        size: right.length,
        sha256,
      }));
      const outcomes = await fetcher.download(requests);
      expect(outcomes.map(({ status }) => status)).toEqual(['done', 'done', 'done']);
      const ranges = mirrors.map(({ requests: asked }) => asked.map((head) => /^range: (.*)\r$/im.exec(head)?.[1]));
      const first = 'bytes=0-4095';
      // The first one has sent one file, and was then compared with the others.
      expect(ranges).toEqual([[undefined, first], [first], [first, undefined, undefined, undefined], [first]]);
    } finally {
      await Promise.all(mirrors.map(async (mirror) => await mirror[Symbol.asyncDispose]()));
    }
  });
});

describe.skipIf(missing('root', 'linux', 'landlock6'))('the bytes of a mirror that lies', () => {
  it('are not kept if no other mirror has the file, and the next attempt begins anew', async () => {
    const right = Buffer.alloc(5000, 'x');
    await using liar = await pacedMirror('lying', () => right, rate);
    await using busy = await pacedMirror('503', () => right, rate);
    await using good = await pacedMirror('good', () => right, rate);
    const sha256 = createHash('sha256').update(right).digest('hex');
    const to = folder.file('x');
    const from = async (mirrors: readonly PacedMirror[]): Promise<Outcome | undefined> => {
      await using fetcher = fetcherFor();
      const [outcome] = await fetcher.download([
        { sources: mirrors.map(({ origin }) => `${origin}/x`), to, size: 5000, sha256, resume: true },
      ]);
      return outcome;
    };
    const failed = await from([liar, busy]);
    expect(failed?.failures.map(({ code, host }) => `${code} ${host}`)).toEqual([
      `checksum ${liar.host}`,
      `http ${busy.host}`,
    ]);
    expect(existsSync(`${to}.part`)).toBe(false);
    expect(await from([good])).toMatchObject({ status: 'done' });
    expect(good.requests[0]).not.toMatch(/^range:/im);
  });
});

describe.skipIf(missing('root', 'linux', 'landlock6'))('a database with one wrong sum', () => {
  it('fails that file only, and none of those that come from the only mirror meanwhile', async () => {
    const big = Buffer.alloc(300_000, 'big');
    await using mirror = await pacedMirror(
      'good',
      (path) => (path === '/small' ? Buffer.alloc(1000, 's') : big),
      300_000,
    );
    await using fetcher = fetcherFor();
    const named = (name: string, size: number, sha256: string) => ({
      sources: [`${mirror.origin}/${name}`],
      to: folder.file(name),
      size,
      sha256,
    });
    const sha256 = createHash('sha256').update(big).digest('hex');
    const others = [1, 2, 3, 4].map((number) => named(`big${number}`, big.length, sha256));
    const outcomes = await fetcher.download([...others, named('small', 1000, '0'.repeat(64))]);
    expect(outcomes.map(({ status }) => status)).toEqual(['done', 'done', 'done', 'done', 'failed']);
  }, 60_000);
});
