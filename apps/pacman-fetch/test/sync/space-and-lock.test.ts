/* What a prefetch asks the disk and pacman's lock before it writes to the cache. */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { missing, runProgram, smallDisk, type ProgramResult } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { environment, program } from '../kit/fetch-program.js';
import { type Route, serve, startMirror } from '../kit/mirror.js';
import type { Machine } from './machine.js';
import { makeScene, type Scene } from './scene.js';

const small = 'pkg1-1-1-any.pkg.tar.zst';

let scene: Scene;

async function refreshed(options: Parameters<Scene['machine']>[0] = {}): Promise<Machine> {
  const machine = scene.machine(options);
  expect(await machine.run('refresh')).toMatchObject({ status: 0, stderr: '' });
  scene.asked();
  return machine;
}

describe.skipIf(missing('root', 'linux', 'pacman', 'nginx', 'openssl', 'unshare', 'landlock6'))('prefetch', () => {
  beforeAll(async () => {
    scene = await makeScene();
  });
  afterAll(async () => await scene[Symbol.asyncDispose]());

  describe('with CheckSpace, on a disk of one MiB', () => {
    const onDisk = async (
      options: readonly string[],
      run: (machine: Machine, prefix: readonly string[]) => Promise<void>,
    ): Promise<void> => {
      const machine = await refreshed({ options });
      await using disk = await smallDisk(machine.cache);
      await run(machine, disk.prefix);
    };
    const start = async ([file = '', ...args]: readonly string[]): Promise<ProgramResult> =>
      await runProgram(file, args, { env: environment });
    const fetchIn = async (machine: Machine, prefix: readonly string[], ...targets: readonly string[]) =>
      await start([...prefix, process.execPath, program, 'prefetch', '--config', machine.config, ...targets]);

    it('says what pacman says of what is too much, and asks for nothing', async () => {
      await onDisk(['CheckSpace'], async (machine, prefix) => {
        const { status, stderr } = await fetchIn(machine, prefix, 'pkg9', 'pkg1');
        const command = ['pacman', '--config', machine.config, '--noconfirm', '-Sw', 'pkg9', 'pkg1'];
        const theirs = await start([...prefix, 'unshare', '--net', ...command]);
        const [told = ''] = /^error: Partition .*$/m.exec(theirs.stderr) ?? [];
        expect(told).toContain(`Partition ${machine.cache} too full: `);
        expect({ status, said: stderr.split('\n')[0] }).toEqual({ status: theirs.status, said: told });
        expect(stderr).toContain('paccache -r');
        expect(scene.asked()).toEqual([]);
      });
    });

    it('fetches what has room', async () => {
      await onDisk(['CheckSpace'], async (machine, prefix) => {
        expect(await fetchIn(machine, prefix, 'pkg1')).toMatchObject({ status: 0, stderr: '' });
      });
    });

    it('tries what is too much where nobody asks for the check', async () => {
      await onDisk([], async (machine, prefix) => {
        const { status, stderr } = await fetchIn(machine, prefix, 'pkg9');
        expect(status).toBe(4);
        expect(stderr).toContain(
          `error: ${machine.cache}/pkg9-1-1-any.pkg.tar.zst.part: No space left on the disk (ENOSPC)\n` +
            '       Make room on the disk: "paccache -r" removes old packages.\n',
        );
      });
    });
  });

  describe("and pacman's lock", () => {
    it.each([
      ['root', {}],
      ['a user who may not write to DBPath', { uid: 65_534, gid: 65_534 }],
    ])('write to no part at a time, as %s', async (_, who) => {
      const machine = await refreshed();
      const lock = join(machine.database, 'db.lck');
      writeFileSync(lock, '');
      rmSync(machine.cache, { recursive: true });
      mkdirSync(machine.cache, { mode: 0o777 });
      await runProgram('chmod', ['0777', machine.cache]);
      const args = [program, 'prefetch', '--config', machine.config, 'pkg1'];
      const run = async () => await runProgram(process.execPath, args, { env: environment, ...who });
      expect(await run()).toMatchObject({
        status: 4,
        stderr:
          'error: failed to init transaction (unable to lock database)\n' +
          `       If you're sure a package manager is not already running, you can remove ${lock}\n`,
      });
      expect(readdirSync(machine.cache)).toEqual([]);
      expect(existsSync(lock)).toBe(true);
      rmSync(lock);
      // Nor does it warn an ordinary user of capabilities that there are none of.
      expect(await run()).toMatchObject({ status: 0, stderr: '' });
      expect(readdirSync(machine.cache)).toEqual([small]);
    });

    it('is held while packages come, so that pacman waits its turn', async () => {
      const met: ProgramResult[] = [];
      const world: { machine?: Machine } = {};
      const answerLate = async (...[request, response]: Parameters<Route>) => {
        const result = await world.machine?.pacman('-Sw', 'pkg1');
        if (result !== undefined) met.push(result);
        serve(scene.repository.read(small), request, response);
      };
      await using mirror = await startMirror(
        { '/test.db': scene.repository.read('test.db') },
        { [`/${small}`]: (request, response) => void answerLate(request, response) },
      );
      const other = await refreshed({ servers: [mirror.origin] });
      world.machine = other;
      expect(await other.run('prefetch', 'pkg1')).toMatchObject({ status: 0, stderr: '' });
      expect(met).toMatchObject([{ status: 1, stderr: expect.stringContaining('unable to lock database') as string }]);
      expect(readdirSync(other.database)).not.toContain('db.lck');
    });
  });
});
