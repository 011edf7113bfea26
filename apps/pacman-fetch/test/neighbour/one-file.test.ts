/* `pacman-fetch -o` as root beside a hostile local user, and beside a hostile process of the user that downloads. */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import {
  attacks,
  beside,
  missing,
  Neighbour,
  runProgram,
  sandboxUser,
  smallDisk,
  someOf,
  stranger,
  World,
  requireMet,
  untilMet,
  expectNothingGained,
} from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { environment, program, runFetch } from '../kit/fetch-program.js';
import { type Mirror, type Route, startMirror } from '../kit/mirror.js';
import { expectClearEnd, expectRootsFile } from './ending.js';

const content = randomBytes(3_000_000);

let mirror: Mirror;
let world: World;
beforeAll(async () => {
  // Long enough to be hit.
  const slow: Route = (_, response) => {
    response.writeHead(200, { 'content-length': content.length }).write(content.subarray(0, 1000));
    setTimeout(() => response.end(content.subarray(1000)), 5000).unref();
  };
  mirror = await startMirror({ '/x': content }, { '/slow/x': slow });
});
afterAll(async () => await mirror[Symbol.asyncDispose]());
beforeEach(() => {
  world = new World(stranger);
  writeFileSync(world.file('pacman.conf'), '[options]\nSandboxUser = nobody\n');
});
afterEach(() => world[Symbol.dispose]());

const args = (file: string, path = '/x') => {
  const config = world.file('pacman.conf');
  return ['--config', config, '-o', file, `${mirror.origin}${path}`];
};

describe.skipIf(missing('linux', 'root', 'landlock7'))('-o', () => {
  const cases = ['x', 'x.part'].flatMap((name) => attacks.map(([who, attack]) => ({ name, who, attack })));
  // Each attack, and each name in each place; test:long has each name beside each attack.
  const some = someOf(cases, ({ name, who, attack }) => [who, `${name} ${attack.place}`]);
  describe.each(['x', 'x.part'])('%s', (name) => {
    const here = some.filter((one) => one.name === name);
    it.each(here)('gives nothing away beside $who', untilMet, async ({ attack }) => {
      const { result, attempts, gained } = await beside(attack, world, {
        names: [name, 'x.part'],
        command: async (at) => await runFetch(args(join(at, name))),
      });
      expectNothingGained(gained);
      requireMet(attack, attempts);
      const file = join(world[attack.place], name);
      // What lies in a folder of the neighbour’s it may exchange afterwards.
      expectClearEnd(result, () => {
        if (attack.place !== 'theirs') expectRootsFile(file, content);
      });
      if (attack.place === 'roots') expect(result.status).toBe(0);
    });
  });

  it('names nothing whose worker a process of the same user kills', async () => {
    const SIGKILL = 9;
    await using neighbour = await Neighbour.start({ as: sandboxUser, tactics: [['signal', process.pid, SIGKILL]] });
    const result = await runFetch(args(join(world.roots, 'x'), '/slow/x'));
    const deed = { what: 'signal', outcome: 'OK', on: expect.any(String) as string };
    await expect.poll(() => neighbour.did).toContainEqual(deed);
    expect(result.status).not.toBe(0);
    expectClearEnd(result, () => {});
    expect(existsSync(join(world.roots, 'x'))).toBe(false);
  });

  it('says that a neighbour’s disk is full, and names nothing', async () => {
    await using disk = await smallDisk(world.open);
    await using neighbour = await Neighbour.start({
      as: stranger,
      tactics: [['fill', world.open]],
      prefix: disk.prefix,
    });
    const [nsenter, ...prefix] = disk.prefix;
    const all = [...prefix, process.execPath, program, ...args(join(world.open, 'x'))];
    const result = await runProgram(nsenter ?? '', all, { env: environment });
    expect(neighbour.did).toMatchObject([{ what: 'fill', outcome: 'ENOSPC' }]);
    expect(result).toMatchObject({ status: 4, stderr: expect.stringMatching(/space|ENOSPC/) as string });
    expectClearEnd(result, () => {});
    expect(readdirSync(world.open)).toEqual([]);
  });
});
