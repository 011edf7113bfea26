/* pacman names one server for each file. The others of its repository are asked while that one is slow, or fails. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type MirrorKind, type Mirrors, startMirrors } from '../kit/five-mirrors.js';
import { compilePacman, ListingPacman } from '../kit/listing-pacman.js';
import { gone, starter } from '../kit/stand-in.js';

const names = Array.from({ length: 40 }, (_, index) => `p${index}.pkg`);
const content = new Map(names.map((name) => [`/core/${name}`, randomBytes(100_000)]));
const files = new Map([...content, ['/core/core.db', Buffer.from('database')]]);
const total = 100_000 * names.length;

const outer = temporaryFolder();
let program: string;
let folder: TemporaryFolder;
beforeAll(async () => {
  program = await compilePacman(outer.path);
});
afterAll(() => outer[Symbol.dispose]());
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(folder.file('cache'));
});
afterEach(async () => {
  await gone(folder.path);
  folder[Symbol.dispose]();
});

function configure({ origins }: Mirrors, ...own: readonly string[]): void {
  const servers = origins.map((origin) => `Server = ${origin}/$repo`);
  const lines = ['[options]', 'SandboxUser = nobody', 'ParallelDownloads = 5', ...own, '[core]', ...servers];
  writeFileSync(folder.file('pacman.conf'), `${lines.join('\n')}\n`);
}

function start({ origins }: Mirrors): ListingPacman {
  const list = names.map((name) => `100000 ${origins[0]}/core/${name}`);
  return new ListingPacman({ program, database: folder.file('db'), list });
}

const download = async (pacman: ListingPacman, url: string): Promise<number> => {
  const output = folder.file(`cache/${url.slice(url.lastIndexOf('/') + 1)}.part`);
  return await pacman.run(starter, '--config', folder.file('pacman.conf'), '-o', output, url);
};

const five = (kind: MirrorKind): readonly MirrorKind[] => [kind, kind, 'good', 'good', 'good'];

describe.skipIf(missing('root', 'linux', 'landlock6'))(
  'the front door, where the first two of five mirrors are bad',
  () => {
    it.each(['good', 'stalled', 'byte a second', '503', 'stops at 99 %'] as const)(
      'waits for none that is %s',
      async (kind) => {
        await using mirrors = await startMirrors(five(kind), files);
        configure(mirrors);
        await using pacman = start(mirrors);
        const begun = performance.now();
        const statuses = [];
        for (const name of names) statuses.push(await download(pacman, `${mirrors.origins[0]}/core/${name}`));
        const milliseconds = performance.now() - begun;
        const twice = (mirrors.sent() - total) / total;
        process.stdout.write(`${kind}: ${Math.round(milliseconds)} ms, ${(twice * 100).toFixed(1)} % twice\n`);
        expect(new Set(statuses)).toEqual(new Set([0]));
        for (const [path, bytes] of content) {
          expect(readFileSync(folder.file(`cache/${path.slice('/core/'.length)}.part`)).equals(bytes)).toBe(true);
        }
        // Ten seconds of pacman's for each of the two.
        expect(milliseconds).toBeLessThan(20_000);
        expect(twice).toBeLessThanOrEqual(0.05);
        if (kind === 'good') expect(mirrors.asked(1)).toEqual([]);
      },
      60_000,
    );

    it('takes a database from the server that pacman names, and from no other', async () => {
      await using mirrors = await startMirrors(five('503'), files);
      configure(mirrors);
      await using pacman = start(mirrors);
      expect(await download(pacman, `${mirrors.origins[0]}/core/core.db`)).not.toBe(0);
      expect([1, 2, 3, 4].flatMap((mirror) => mirrors.asked(mirror))).toEqual([]);
    });

    it('asks nobody else with DisableDownloadTimeout, which calls no server slow', async () => {
      await using mirrors = await startMirrors(five('byte a second'), files);
      configure(mirrors, 'DisableDownloadTimeout');
      await using pacman = start(mirrors);
      const never = download(pacman, `${mirrors.origins[0]}/core/${names[0]}`);
      await new Promise((resolve) => {
        setTimeout(resolve, 4000);
      });
      expect([1, 2, 3, 4].flatMap((mirror) => mirrors.asked(mirror))).toEqual([]);
      await pacman.kill();
      await never.catch(() => {});
    });
  },
);
