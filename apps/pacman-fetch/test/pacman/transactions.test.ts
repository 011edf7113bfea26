/* What else a real pacman has our XferCommand fetch: packages by URL, upgrades, from mirrors that fail. */
import { appendFileSync, chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { inLong, missing, runProgram, someOf, valuesOf } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { environment, program } from '../kit/fetch-program.js';
import { startMirror } from '../kit/mirror.js';
import { makeInstalledOlder } from '../sync/installed-older.js';
import type { Machine, MachineOptions } from '../sync/machine.js';
import { makeScene, type Scene } from '../sync/scene.js';
import { expectMadeBy, type Report } from './pacman.js';

const nobody = 65_534;
const packageFile = 'pkg1-1-1-any.pkg.tar.zst';
let scene: Scene;

const reportsOf = ({ config }: Machine): string => join(dirname(config), 'reports');

/** A machine whose pacman downloads by our program. */
function machineOf(options: Partial<MachineOptions> = {}): Machine {
  const machine = scene.machine(options);
  const { config, cacert = '' } = machine;
  writeFileSync(reportsOf(machine), '');
  // pacman's own DownloadUser appends to it.
  chmodSync(reportsOf(machine), 0o666);
  const command = [process.execPath, program, '--config', config, '--cacert', cacert, '--report', reportsOf(machine)];
  appendFileSync(config, `[options]\nXferCommand = ${command.join(' ')} -o %o %u\n`);
  return machine;
}

/** The files that were downloaded by nobody since the last time. */
function fetched(machine: Machine): readonly string[] {
  const lines = readFileSync(reportsOf(machine), 'utf8').split('\n').filter(Boolean);
  writeFileSync(reportsOf(machine), '');
  const reports = lines.map((line) => JSON.parse(line) as Report);
  for (const { verified } of reports) expectMadeBy(verified, nobody, nobody);
  return reports.map(({ url }) => url.slice(url.lastIndexOf('/') + 1));
}

const installed = async (machine: Machine): Promise<string> => (await machine.pacman('-Q')).stdout;

describe.skipIf(missing('root', 'linux', 'pacman', 'nginx', 'openssl', 'landlock6'))(
  'pacman by our XferCommand',
  () => {
    beforeAll(async () => {
      scene = await makeScene();
    });
    afterAll(async () => await scene[Symbol.asyncDispose]());

    const cases = (['http', 'https', 'file'] as const).flatMap((scheme) =>
      [true, false].flatMap((isSigned) =>
        [true, false].map((hasDownloadUser) => ({ scheme, isSigned, hasDownloadUser })),
      ),
    );

    it.each(someOf(cases, valuesOf))(
      '-U URL by $scheme (signed: $isSigned, DownloadUser: $hasDownloadUser)',
      async ({ scheme, isSigned, hasDownloadUser }) => {
        const { repository, nginx } = scene;
        const server = scheme === 'file' ? `file://${repository.folder}` : nginx[scheme];
        const machine = machineOf({
          ...(isSigned ? { signedBy: repository } : {}),
          options: hasDownloadUser ? ['DownloadUser = nobody'] : [],
        });
        const { status, stderr } = await machine.pacman('-U', `${server}/${packageFile}`);
        expect(status, stderr).toBe(0);
        expect(await installed(machine)).toBe('pkg1 1-1\n');
        expect(fetched(machine)).toEqual(isSigned ? [packageFile, `${packageFile}.sig`] : [packageFile]);
      },
    );

    it('-U URL of a package that is spoilt, or not there, installs nothing', async () => {
      const broken = scene.copy();
      writeFileSync(join(broken.folder, packageFile), 'broken');
      const machine = machineOf();
      for (const name of [packageFile, 'absent-1-1-any.pkg.tar.zst']) {
        expect((await machine.pacman('-U', `${broken.url}/${name}`)).status).not.toBe(0);
      }
      expect(await installed(machine)).toBe('');
    });

    it.each([false, true])('-Su (DownloadUser: %s)', async (hasDownloadUser) => {
      const options = hasDownloadUser ? ['DownloadUser = nobody'] : [];
      const machine = machineOf({ signedBy: scene.repository, options });
      expect(await machine.pacman('-Sy', 'pkg1')).toMatchObject({ status: 0 });
      makeInstalledOlder(machine, 'pkg1');
      for (const name of readdirSync(machine.cache)) rmSync(join(machine.cache, name));
      fetched(machine);
      expect(await machine.pacman('-Su')).toMatchObject({ status: 0 });
      expect(await installed(machine)).toBe('pkg1 1-1\n');
      expect(fetched(machine)).toEqual([packageFile, `${packageFile}.sig`]);
    });

    // Fifteen seconds of waiting, most of them for curl.
    inLong(() => {
      it('-Sy from the third mirror, the first being dead and the second slow', async () => {
        await using slow = await startMirror({}, { '/test.db': () => {} });
        const machine = machineOf({ servers: ['http://127.0.0.1:1', slow.origin, scene.nginx.http] });
        const args = ['--config', machine.config, '--noconfirm', '-Sy'];
        const { status, stderr } = await runProgram('pacman', args, { env: environment, timeout: 55_000 });
        expect(status, stderr).toBe(0);
        expect(stderr).toMatch(/^error: .*127\.0\.0\.1:1 /m);
        expect(slow.requests).toHaveLength(1);
        expect((await machine.pacman('-Sl')).stdout).toContain('test pkg1 1-1');
      });
    });
  },
);
