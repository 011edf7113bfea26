/* Files of known content from servers that send them in any pieces, by each way that a file can take to its place. */
import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';

import { fewOrMany, missing, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { GatheredBytes } from '../src/channel/gathered-bytes.js';
import { downloadInThisProcess } from '../src/one-file/in-this-process.js';
import { OneAfterAnother } from '../src/one-file/one-after-another.js';
import { defaultLimits } from '../src/values/limits.js';
import { chaoticMirror, contentOf, diceOf } from './kit/chaotic-mirror.js';
import { errorOf, fetcherFor } from './kit/fetch.js';

const seeds = Array.from({ length: fewOrMany(1, 12) }, (_, index) => 1 + index);
const files = fewOrMany(24, 250);
/** Rounds after which the servers cut nothing any more. */
const rounds = 3;
const limits = { ...defaultLimits, hostErrors: 0 };
const proxies = { http: null, https: null, except: [] };
const names = Array.from({ length: files }, (_, index) => `/f${index}`);

/** Tries the files that have failed, again and again, until all have come. */
async function untilAll(
  seed: number,
  bring: (names: readonly string[], origins: readonly string[]) => Promise<readonly string[]>,
): Promise<void> {
  await using one = await chaoticMirror(seed);
  await using other = await chaoticMirror(seed);
  let left: readonly string[] = names;
  for (let round = 0; left.length > 0; round++) {
    if (round === rounds) for (const mirror of [one, other]) mirror.behave();
    expect(round, `seed ${seed}: ${left.join(' ')}`).toBeLessThan(2 * rounds);
    left = await bring(left, [one.origin, other.origin]);
  }
}

const same = (seed: number, name: string, bytes: Buffer): boolean => contentOf(seed, name).equals(bytes);

describe.each(seeds)('all bytes are right, by seed %i', (seed) => {
  it.skipIf(missing('root', 'linux', 'landlock6'))('through a worker', { timeout: 600_000 }, async () => {
    using folder = temporaryFolder();
    const dice = diceOf(`worker ${seed}`);
    await untilAll(seed, async (left, origins) => {
      await using fetcher = fetcherFor({ parallel: 1 + dice(6), limits });
      const requests = left.map((name) => ({
        sources: (dice(2) === 0 ? origins : origins.slice(0, 1)).map((origin) => origin + name),
        to: folder.file(name.slice(1)),
        ...(dice(8) > 0 ? { size: contentOf(seed, name).length } : {}),
        ...(dice(3) === 0 ? { signature: {} } : {}),
      }));
      const outcomes = await fetcher.download(requests);
      const failed: string[] = [];
      for (const [index, { to, signature }] of requests.entries()) {
        const name = left[index] ?? '';
        if (errorOf(outcomes[index]) !== undefined) failed.push(name);
        else expect([name, same(seed, name, readFileSync(to))]).toEqual([name, true]);
        if (errorOf(outcomes[index]) === undefined && signature !== undefined)
          expect([name, same(seed, `${name}.sig`, readFileSync(`${to}.sig`))]).toEqual([name, true]);
      }
      return failed;
    });
  });

  it('to one open file', { timeout: 600_000 }, async () => {
    using folder = temporaryFolder();
    const one = async (name: string, origin: string): Promise<boolean> => {
      const to = folder.file(name.slice(1));
      const descriptor = openSync(to, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND);
      try {
        const events = { onProgress: () => {}, signal: new AbortController().signal };
        const request = { url: new URL(origin + name), descriptor, maxBytes: 1_000_000, mayResume: true };
        await downloadInThisProcess({ ...request, limits, proxies, userAgent: 'test' }, events);
      } catch {
        return false;
      } finally {
        closeSync(descriptor);
      }
      expect([name, same(seed, name, readFileSync(to))]).toEqual([name, true]);
      return true;
    };
    await untilAll(seed, async (left, [origin = '']) => {
      const failed: string[] = [];
      for (const name of left) if (!(await one(name, origin))) failed.push(name);
      return failed;
    });
  });

  it('one after the other and ahead, to a reader that takes its time', { timeout: 600_000 }, async () => {
    expect.hasAssertions();
    const dice = diceOf(`reader ${seed}`);
    await untilAll(seed, async (left, origins) => {
      const [first = '', other = ''] = origins;
      const request = { url: new URL(first), limits, proxies, userAgent: 'test', redirectPorts: 'any' } as const;
      const ahead = { parallel: dice(4), maxBytes: 1_000_000 };
      const all = new OneAfterAnother(request, ahead, ({ pathname }) => [new URL(other + pathname)]);
      all.expect(left.map((name) => ({ url: new URL(first + name), size: contentOf(seed, name).length })));
      const failed: string[] = [];
      for (const name of left) {
        const sink = new SlowSink(dice);
        const failure = await all.download(new URL(first + name), 1_000_000, sink);
        await sink.end();
        if (failure === undefined) expect([name, same(seed, name, sink.bytes)]).toEqual([name, true]);
        else failed.push(name);
      }
      return failed;
    });
  });
});

/** Reads bytes late: it needs their memory until then. */
class SlowSink {
  position = 0;
  #copies: Buffer[] = [];
  readonly #dice: (limit: number) => number;
  #last: Promise<void> = Promise.resolve();
  readonly #gathered = new GatheredBytes(({ pieces, isLent }) => {
    const before = this.#last;
    this.#last = (async () => {
      await before;
      for (let turns = this.#dice(5); turns > 0; turns--) await setImmediate();
      for (const piece of pieces) this.#copies.push(Buffer.from(piece));
    })();
    return isLent ? this.#last : undefined;
  });

  constructor(dice: (limit: number) => number) {
    this.#dice = dice;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#copies);
  }

  begin(): void {
    this.position = 0;
    this.#copies = [];
  }

  start(): void {}

  write(chunk: Uint8Array): Promise<void> | undefined {
    this.position += chunk.length;
    return this.#gathered.take(chunk);
  }

  async end(): Promise<void> {
    this.#gathered.flush();
    await this.#last;
  }
}
