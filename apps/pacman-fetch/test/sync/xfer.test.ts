import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { missing } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Machine } from './machine.js';
import { makeScene, type Scene } from './scene.js';

let scene: Scene;

const name = 'pkg8-1-1-any.pkg.tar.zst';

function machineWith(command: string, options: Parameters<Scene['machine']>[0] = {}, more = ''): Machine {
  const machine = scene.machine(options);
  const own = join(dirname(machine.config), 'pacman.d', 'pacman-fetch.conf');
  writeFileSync(own, `[options]\nSandboxUser = nobody\nXferCommand = ${command}\n${more}`);
  return machine;
}

/** A command that also tries to write where everybody may, and keeps the id that it has. */
function nosy(machine: Machine): string {
  const outside = join(dirname(machine.config), 'outside');
  mkdirSync(outside);
  chmodSync(outside, 0o777);
  const script = join(dirname(machine.config), 'nosy.sh');
  writeFileSync(script, `id -u > ${outside}/id; exec curl -sSfo "$2" "$1"\n`);
  return outside;
}

describe.skipIf(missing('root', 'linux', 'pacman', 'nginx', 'openssl', 'curl', 'wget', 'landlock6'))(
  'XferCommand',
  () => {
    beforeAll(async () => {
      scene = await makeScene();
    });
    afterAll(async () => await scene[Symbol.asyncDispose]());

    it.each(['/usr/bin/curl -sSfRLo %o %u', '/usr/bin/wget -qO %o %u'])(
      '%s refreshes and prefetches',
      async (command) => {
        const machine = machineWith(command, { signedBy: scene.repository });
        expect(await machine.run('refresh')).toMatchObject({ status: 0, stderr: '' });
        expect(await machine.run('prefetch', 'pkg8')).toMatchObject({ status: 0, stderr: '' });
        expect(readdirSync(machine.cache).toSorted()).toEqual([name, `${name}.sig`]);
        expect(readFileSync(join(machine.cache, name)).equals(scene.repository.read(name))).toBe(true);
        expect(await machine.pacmanWithoutNetwork('-S', 'pkg8')).toMatchObject({ status: 0 });
      },
    );

    it.each([
      ['nothing of it stands in the way without the sandbox', 'UseSandbox = no\n', '0\n'],
      ['SandboxWritable lets it write there', 'yes', '65534\n'],
      ['nothing but the staging folder can be written', '', undefined],
    ])('%s', async (_, own, expected) => {
      const machine = scene.machine();
      const outside = nosy(machine);
      const more = own === 'yes' ? `SandboxWritable = ${outside}\n` : own;
      const file = join(dirname(machine.config), 'pacman.d', 'pacman-fetch.conf');
      const command = `XferCommand = /bin/sh ${dirname(machine.config)}/nosy.sh %u %o\n`;
      writeFileSync(file, `[options]\nSandboxUser = nobody\n${command}${more}`);
      const { status } = await machine.run('refresh');
      expect(status).toBe(0);
      const id = join(outside, 'id');
      expect(existsSync(id) ? readFileSync(id, 'utf8') : undefined).toBe(expected);
    });

    it('keeps what is complete where one fails, and takes nothing that is wrong', async () => {
      const broken = scene.copy();
      writeFileSync(join(broken.folder, name), 'broken');
      const machine = machineWith('/usr/bin/curl -sSfRLo %o %u', { servers: [broken.url] });
      expect(await machine.run('refresh')).toMatchObject({ status: 0, stderr: '' });
      const { status, stderr } = await machine.run('prefetch', 'pkg8', 'pkg1');
      expect(status).toBe(1);
      expect(stderr).toContain(`failed retrieving file '${name}' from disk`);
      expect(readdirSync(machine.cache)).toEqual(['pkg1-1-1-any.pkg.tar.zst']);
    });
  },
);
