/* What root reads before anything else, in the folder of a hostile local user: `conf`, `explain`, and who gives orders. */
import { chownSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { attacks, beside, missing, Neighbour, stranger, type Tactic, World, expectNothingGained } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runFetch } from '../kit/fetch-program.js';
import { expectClearEnd } from './ending.js';

let world: World;
beforeEach(() => {
  world = new World(stranger);
});
afterEach(() => world[Symbol.dispose]());

/** A server that nobody answers at: what is asked of it fails at once. */
const server = 'http://127.0.0.1:1';

function configure(at: string): void {
  const lines = [
    '[options]',
    'SandboxUser = nobody',
    `DBPath = ${world.file('db')}`,
    `CacheDir = ${world.file('cache')}`,
    'SigLevel = Never',
    `Include = ${join(at, 'more.conf')}`,
    '[test]',
    `Server = ${server}`,
    '',
  ];
  writeFileSync(join(at, 'pacman.conf'), lines.join('\n'));
  writeFileSync(join(at, 'more.conf'), '');
}

const names = ['pacman.conf', 'more.conf', 'pacman.d'];

/** What a stranger would like to be done: its program is run, as root. */
function wishes(): string {
  const folder = join(world.theirs, 'wishes');
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'pacman-fetch.conf'),
    `[options]\nUseSandbox = no\nXferCommand = ${world.program} %u %o\n`,
  );
  for (const path of [folder, join(folder, 'pacman-fetch.conf')]) chownSync(path, stranger.uid, stranger.gid);
  return folder;
}

describe.skipIf(missing('linux', 'root', 'landlock7'))('orders', () => {
  describe.each([
    ['conf', ['UseSandbox']],
    ['explain', []],
  ])('%s', (command, args) => {
    const some = attacks.filter(([, { attempts }]) => !attempts.includes('take'));
    it.each(some)('gives nothing away beside %s', async (_, attack) => {
      configure(world[attack.place]);
      const { result, attempts, gained } = await beside(attack, world, {
        names,
        command: async (at) => await runFetch([command, '--config', join(at, 'pacman.conf'), ...args]),
      });
      expectNothingGained(gained);
      expect(attempts.length).toBeGreaterThan(0);
      expectClearEnd(result, () => expect(result.stdout).not.toMatch(/root's/));
      // The link that it has planted decides: it is no file of root's.
      if (attack.place === 'theirs') expect(result.status).toBe(2);
    });
  });

  /** Ways to have root read them. Each begins where root has a pacman.conf beside which there is no pacman.d. */
  const ways: readonly (readonly [name: string, tactics: (at: string, folder: string) => readonly Tactic[]])[] = [
    ['a link that it has planted', (at, folder) => [['plant', at, `link=${folder}`, 'pacman.d']]],
    [
      'a link that changes places with a folder of its own',
      (at, folder) => [
        ['plant', at, `link=${folder}`, 'pacman.d'],
        ['flip', join(at, 'pacman.d'), join(at, 'innocent')],
      ],
    ],
  ];
  const commands = ['conf', 'explain', 'refresh', 'prefetch', 'doctor', '-o'] as const;
  const inFull = (command: (typeof commands)[number], config: string): readonly string[] => {
    if (command === '-o') return ['--config', config, '-o', join(world.roots, 'x'), `${server}/x`];
    return [command, '--config', config, ...(command === 'prefetch' ? ['pkg'] : [])];
  };

  it.each(ways)('are not taken through %s', async (_, tactics) => {
    configure(world.open);
    for (const name of ['db', 'cache']) mkdirSync(world.file(name));
    const innocent = join(world.open, 'innocent');
    mkdirSync(innocent);
    chownSync(innocent, stranger.uid, stranger.gid);
    await using neighbour = await Neighbour.start({ as: stranger, tactics: tactics(world.open, wishes()) });
    for (const command of commands) {
      const { status, stdout, stderr } = await runFetch(inFull(command, join(world.open, 'pacman.conf')));
      expect(`${command} ${stdout}`).not.toContain(world.program);
      expect({ command, status, stderr }).toEqual({
        command,
        status: command === 'doctor' ? (expect.any(Number) as number) : 2,
        // Not even root's own pacman.conf counts there: somebody can have moved it.
        stderr: expect.stringMatching(/open\/pacman\.conf.* it lies in .*\/open, which is writable for all/) as string,
      });
    }
    const { did, gained } = await neighbour.stop();
    expect(did).toContainEqual({ what: 'plant', outcome: 'OK', on: join(world.open, 'pacman.d') });
    expectNothingGained([...gained, ...world.gains()]);
    expect(readdirSync(world.roots)).toEqual([]);
  });

  it('are taken from root’s own link: the control', async () => {
    configure(world.roots);
    const own = world.file('own');
    mkdirSync(own);
    writeFileSync(join(own, 'pacman-fetch.conf'), '[options]\nUseSandbox = no\n');
    symlinkSync(own, join(world.roots, 'pacman.d'));
    const { status, stdout } = await runFetch(['conf', '--config', join(world.roots, 'pacman.conf'), 'UseSandbox']);
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'no\n' });
  });
});
