/* Downloads as root beside a hostile local user, and beside a hostile process of the worker's user. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import {
  attacks,
  beside,
  missing,
  Neighbour,
  sandboxUser,
  smallDisk,
  stranger,
  World,
  requireMet,
  untilMet,
  expectNothingGained,
} from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { DownloadRequest } from '../../src/request/options.js';
import { runBatch } from '../kit/batch.js';
import { errorOf, fetchOne } from '../kit/fetch.js';
import { fileServer, lastModified, rawServer, type RawServer } from '../kit/server.js';

const content = randomBytes(1_000_000).toString('hex');
const sha256 = createHash('sha256').update(content).digest('hex');

let server: RawServer;
let world: World;
beforeAll(async () => {
  server = await fileServer({ '/x': content, '/x.sig': 'signature' });
});
afterAll(async () => await server[Symbol.asyncDispose]());
beforeEach(() => {
  world = new World(stranger);
});
afterEach(() => world[Symbol.dispose]());

const request = (to: string, more: Partial<DownloadRequest> = {}): DownloadRequest => ({
  sources: [`${server.origin}/x`],
  to,
  ...more,
});

/** Leaves a part of root's, as a download does that was ended. */
function leavePart(at: string): void {
  writeFileSync(join(at, 'x.part'), content.slice(0, 500_000));
  utimesSync(join(at, 'x.part'), lastModified, lastModified);
}

/** A file of root's alone: what it is to hold, no other names, and no rights of others to write. */
function expectRootsFile(path: string, text: string): void {
  const { uid, nlink, mode } = lstatSync(path);
  expect({ uid, nlink, mode }).toEqual({ uid: 0, nlink: 1, mode: 0o100_644 });
  expect(readFileSync(path, 'latin1') === text).toBe(true);
}

interface Kind {
  readonly name: string;
  readonly more: Partial<DownloadRequest>;
  readonly prepare?: (at: string) => void;
}

const kinds: readonly Kind[] = [
  { name: 'a file', more: {} },
  { name: 'a file with a sum and a signature', more: { sha256, signature: {} } },
  { name: 'a file that is gone on with', more: { sha256 }, prepare: leavePart },
];

const names = ['x', 'x.part', 'x.sig', 'x.sig.part'];

describe.skipIf(missing('root', 'linux', 'landlock7'))('a download as root', () => {
  describe.each(kinds)('of $name', ({ more, prepare }) => {
    it.each(attacks)('discloses nothing except %s', untilMet, async (_, attack) => {
      prepare?.(world[attack.place]);
      const { result, attempts, gained } = await beside(attack, world, {
        names,
        command: async (at) => await fetchOne(request(join(at, 'x'), more)),
      });
      expectNothingGained(gained);
      requireMet(attack, attempts);
      const at = world[attack.place];
      if (result.status === 'failed')
        expect(result.error).toMatchObject({ code: 'file', path: expect.any(String) as string });
      else if (attack.place !== 'theirs') {
        expectRootsFile(join(at, 'x'), content);
        if (more.signature !== undefined) expectRootsFile(join(at, 'x.sig'), 'signature');
      }
      if (attack.place === 'roots') expect(errorOf(result)).toBeUndefined();
    });
  });

  it('gives no file its name if a process of the same user kills the worker', async () => {
    const SIGKILL = 9;
    // It sends nothing: long enough to be hit. The launcher of another worker may be hit as well: then nothing can download.
    await using silent = await rawServer(() => {});
    const download = fetchOne(request(join(world.roots, 'x'), { sources: [`${silent.origin}/x`] })).then(
      errorOf,
      String,
    );
    await expect.poll(() => silent.requests.length, { timeout: 20_000 }).toBe(1);
    await using neighbour = await Neighbour.start({ as: sandboxUser, tactics: [['signal', process.pid, SIGKILL]] });
    const said = await download;
    const deed = { what: 'signal', outcome: 'OK', on: expect.any(String) as string };
    await expect.poll(() => neighbour.did).toContainEqual(deed);
    expect(said).toMatch(
      /^worker-died: the worker ended with SIGKILL|the launcher ended without a report, so something/,
    );
    expect(existsSync(join(world.roots, 'x'))).toBe(false);
  });

  it('reports that a neighbour’s disk is full, and gives no file its name', async () => {
    await using disk = await smallDisk(world.open);
    await using neighbour = await Neighbour.start({
      as: stranger,
      tactics: [['fill', world.open]],
      prefix: disk.prefix,
    });
    const outcomes = await runBatch({ requests: [request(join(world.open, 'x'))], prefix: disk.prefix });
    expect(neighbour.did).toMatchObject([{ what: 'fill', outcome: 'ENOSPC' }]);
    expect(outcomes).toEqual([expect.stringMatching(/^disk-full: No space left on the disk/)]);
    expect(readdirSync(world.open)).toEqual([]);
  });
});
