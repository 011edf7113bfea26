/* A real pacman whose XferCommand is the starter: each of its files comes through the front door. */
import { appendFileSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { missing, type ProgramResult, runProgram, someOf } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { environment } from '../kit/fetch-program.js';
import { families, gone, starter } from '../kit/stand-in.js';
import { runInTerminal } from '../kit/terminal.js';
import type { Machine, MachineOptions } from '../sync/machine.js';
import { makeScene, type Scene } from '../sync/scene.js';

let scene: Scene;

/** A machine whose pacman downloads by the starter. */
function machineOf(options: Partial<MachineOptions> = {}): Machine {
  const machine = scene.machine(options);
  const { config, cacert = '' } = machine;
  const command = [starter, '--config', config, '--cacert', cacert, '-o', '%o', '%u'];
  appendFileSync(config, `[options]\nXferCommand = ${command.join(' ')}\n`);
  return machine;
}

const names = (): readonly string[] => scene.repository.packages.map((file) => file.replace(/-1-1-any.*/, ''));

/** Runs pacman, and counts the processes that have downloaded for it. */
async function counting(machine: Machine, ...args: readonly string[]): Promise<ProgramResult & { servers: number }> {
  // One that another pacman has had is still there for a moment.
  await gone(dirname(machine.config));
  const seen = new Set<number>();
  const timer = setInterval(() => {
    for (const { server } of families(dirname(machine.config))) seen.add(server);
  }, 15);
  try {
    const all = ['--config', machine.config, '--noconfirm', ...args];
    const result = await runProgram('pacman', all, { env: environment, timeout: 60_000 });
    return { ...result, servers: seen.size };
  } finally {
    clearInterval(timer);
  }
}

/** What is left of downloads in a folder. */
function leftovers(folder: string): readonly string[] {
  return readdirSync(folder).filter(
    (name) => name.startsWith('.') || name.startsWith('download-') || name.endsWith('.part'),
  );
}

describe.skipIf(missing('root', 'linux', 'pacman', 'nginx', 'openssl', 'landlock6'))('a real pacman', () => {
  beforeAll(async () => {
    scene = await makeScene();
  });
  afterAll(async () => await scene[Symbol.asyncDispose]());

  const cases = (['http', 'https'] as const).flatMap((scheme) =>
    [false, true].flatMap((isSigned) =>
      [false, true].map((hasDownloadUser) => ({ scheme, isSigned, hasDownloadUser })),
    ),
  );

  it.each(someOf(cases))(
    'downloads all by one process, by $scheme (signed: $isSigned, DownloadUser: $hasDownloadUser)',
    async ({ scheme, isSigned, hasDownloadUser }) => {
      const machine = machineOf({
        servers: [scene.nginx[scheme]],
        ...(isSigned ? { signedBy: scene.repository } : {}),
        ...(hasDownloadUser ? { options: ['DownloadUser = nobody'], sandboxUser: '' } : {}),
      });
      scene.asked();
      const refreshed = await counting(machine, '-Sy');
      expect(refreshed).toMatchObject({ status: 0, stderr: '' });
      const downloaded = await counting(machine, '-Sw', ...names());
      expect(downloaded).toMatchObject({ status: 0, servers: 1 });
      const expected = scene.repository.packages.flatMap((name) => (isSigned ? [name, `${name}.sig`] : [name]));
      expect(readdirSync(machine.cache)).toEqual(expected.toSorted());
      for (const name of expected) {
        expect(readFileSync(join(machine.cache, name)).equals(scene.repository.read(name)), name).toBe(true);
        const { uid, gid, mode } = statSync(join(machine.cache, name));
        expect({ uid, gid, mode: mode & 0o7777 }).toEqual({ uid: 0, gid: 0, mode: 0o644 });
      }
      const databases = isSigned ? ['test.db', 'test.db.sig'] : ['test.db'];
      expect(scene.asked()).toEqual([...databases, ...expected].map((name) => `200 /${name}`).toSorted());
      await gone(dirname(machine.config));
      for (const folder of [machine.cache, join(machine.database, 'sync')]) expect(leftovers(folder)).toEqual([]);
    },
  );

  it('learns that no server has a file, continues with the next server, and leaves nothing', async () => {
    const machine = machineOf({ servers: [`${scene.nginx.http}/absent`, scene.nginx.http] });
    const { status, stderr } = await counting(machine, '-Sy');
    expect(status).toBe(0);
    const host = new URL(scene.nginx.http).host;
    expect(stderr).toContain(
      `error: failed retrieving file 'test.db' from ${host} : The server answered with status 404\n`,
    );
    await gone(dirname(machine.config));
    expect(leftovers(join(machine.database, 'sync'))).toEqual([]);
  });

  it('gives a database the time that it has on its server', async () => {
    const machine = machineOf();
    expect(await counting(machine, '-Sy')).toMatchObject({ status: 0 });
    const { mtime } = statSync(join(machine.database, 'sync', 'test.db'));
    const theirs = statSync(join(scene.repository.folder, 'test.db')).mtimeMs;
    expect(mtime.getTime()).toBe(Math.floor(theirs / 1000) * 1000);
  });

  it('shows the bars that it shows without it', async () => {
    const machine = machineOf();
    expect(await counting(machine, '-Sy')).toMatchObject({ status: 0 });
    const args = ['pacman', '--config', machine.config, '--noconfirm', '-Sw', 'pkg1', 'pkg2'];
    const { status, screen } = await runInTerminal(args, { columns: 100 });
    expect(status).toBe(0);
    const bars = screen.filter((line) => /^ pkg\d-1-1-any /.test(line));
    expect(bars).toHaveLength(2);
    for (const line of bars)
      expect(line).toMatch(/^ pkg\d-1-1-any +[\d.]+ +[KM]?i?B +[\d.]+ +[KM]?i?B\/s 00:0\d \[#{32}\] 100%$/);
    await gone(dirname(machine.config));
  });

  it('that is killed leaves its own directory, and nothing of pacman-fetch', async () => {
    const machine = machineOf({ servers: [`${scene.nginx.http}/slow`] });
    expect(await counting(machine, '-Sy')).toMatchObject({ status: 0 });
    const command = `pacman --config ${machine.config} --noconfirm -Sw ${names().join(' ')} & sleep 2; kill -9 $!; wait`;
    await runProgram('bash', ['-c', command], { env: environment });
    await gone(dirname(machine.config));
    const own = readdirSync(machine.cache).filter((name) => name.startsWith('download-'));
    for (const folder of own) {
      expect(readdirSync(join(machine.cache, folder)).filter((name) => name.startsWith('.'))).toEqual([]);
    }
  });
});
