import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { missing, someOf } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startMirror } from '../kit/mirror.js';
import { makeScene, type Scene } from './scene.js';

let scene: Scene;

const name = 'pkg8-1-1-any.pkg.tar.zst';

/** What people write; the certificates are the test's own. */
const programs = {
  curl: 'XferCommand = /usr/bin/curl -sfRL --cacert @ -o %o %u',
  wget: 'XferCommand = /usr/bin/wget -q --ca-certificate=@ -O %o %u',
  // Its -o is a name below -d, and it writes a control file beside that.
  aria2: 'XferCommand = /usr/bin/aria2c -q --allow-overwrite=true --ca-certificate=@ -x 2 -k 1M -d / -o %o %u',
};

describe.skipIf(missing('root', 'linux', 'pacman', 'nginx', 'openssl', 'curl', 'wget', 'aria2', 'landlock6'))(
  'XferCommand',
  () => {
    beforeAll(async () => {
      scene = await makeScene();
    });
    afterAll(async () => await scene[Symbol.asyncDispose]());

    const cases = Object.entries(programs).flatMap(([program, command]) => [
      { program, command, scheme: 'http' as const, how: 'as it is', more: [] },
      {
        program,
        command,
        scheme: 'https' as const,
        how: 'with the preset minimal',
        // What is no part of that preset: certificates of one's own, and a file that wget doesn't go without.
        more: ['SandboxPreset = minimal', 'SandboxReadable = @ /etc/wgetrc'],
      },
    ]);
    // Each program, and each scheme; test:long has each program by each.
    const some = someOf(cases, ({ program, scheme }) => [program, scheme]);
    it.each(some)('$program refreshes and prefetches by $scheme, $how', async ({ scheme, command, more }) => {
      const { repository, nginx } = scene;
      const own = [command, ...more];
      const machine = scene.machine({ servers: [nginx[scheme]], signedBy: repository, own });
      expect(await machine.run('refresh')).toMatchObject({ status: 0, stderr: '' });
      expect(await machine.run('prefetch', 'pkg8')).toMatchObject({ status: 0, stderr: '' });
      expect(readdirSync(machine.cache).toSorted()).toEqual([name, `${name}.sig`]);
      expect(readFileSync(join(machine.cache, name)).equals(scene.repository.read(name))).toBe(true);
      expect(await machine.pacmanWithoutNetwork('-S', 'pkg8')).toMatchObject({ status: 0 });
    });

    it.each([
      ['nothing of it stands in the way without the sandbox', ['UseSandbox = no'], '0\n'],
      ['SandboxWritable lets it write there', ['SandboxWritable = DIR'], '65534\n'],
      ['nothing but the staging folder can be written', [], undefined],
    ])('%s', async (_, lines, expected) => {
      // It also tries to write where everybody may, and keeps the id that it has.
      const { folder: outside } = scene.copy();
      chmodSync(outside, 0o777);
      const script = join(outside, 'nosy.sh');
      writeFileSync(script, `id -u > ${outside}/id; exec curl -sSfo "$2" "$1"\n`);
      const own = [`XferCommand = /bin/sh ${script} %u %o`, ...lines.map((line) => line.replace('DIR', outside))];
      expect((await scene.machine({ own }).run('refresh')).status).toBe(0);
      const id = join(outside, 'id');
      expect(existsSync(id) ? readFileSync(id, 'utf8') : undefined).toBe(expected);
    });

    it('keeps what is complete where one fails, and takes nothing that is wrong', async () => {
      const broken = scene.copy();
      writeFileSync(join(broken.folder, name), 'broken');
      const machine = scene.machine({ servers: [broken.url], own: [programs.curl] });
      expect(await machine.run('refresh')).toMatchObject({ status: 0, stderr: '' });
      const { status, stderr } = await machine.run('prefetch', 'pkg8', 'pkg1');
      expect(status).toBe(1);
      expect(stderr).toContain(`failed retrieving file '${name}' from disk`);
      expect(readdirSync(machine.cache)).toEqual(['pkg1-1-1-any.pkg.tar.zst']);
    });

    it.each([
      ['writes nothing', 'true', 'it did not leave a file (ENOENT)'],
      ['leaves a link', 'ln -s /etc/hostname "$2"', 'it did not leave a file (ELOOP)'],
      [
        'leaves a second name',
        'echo x > "$2"; ln "$2" other',
        'what it left is not a regular file, has a second name, or is a private file of another user',
      ],
      [
        'leaves a pipe',
        'mkfifo "$2"',
        'what it left is not a regular file, has a second name, or is a private file of another user',
      ],
      ['ends with a status', 'exit 7', 'sh ended with 7'],
      ['is killed', 'kill -9 $$', 'sh ended with SIGKILL'],
    ])('is refused where it %s', async (_, body, reason) => {
      const { folder } = scene.copy();
      writeFileSync(join(folder, 'own.sh'), `${body}\n`);
      const machine = scene.machine({ own: [`XferCommand = /bin/sh ${folder}/own.sh %u %o`] });
      const { status, stderr } = await machine.run('refresh');
      expect({ status, line: stderr.split('\n')[0] }).toEqual({
        status: 1,
        line: `error: failed retrieving file 'test.db' from ${new URL(scene.nginx.http).host} : ${reason}`,
      });
      expect(readdirSync(join(machine.database, 'sync'))).toEqual([]);
    });

    describe('signatures', () => {
      it('no package has a name without the one that it needs', async () => {
        const unsigned = scene.copy();
        const machine = scene.machine({ servers: [unsigned.url], signedBy: scene.repository, own: [programs.curl] });
        expect(await machine.run('refresh')).toMatchObject({ status: 0 });
        rmSync(join(unsigned.folder, `${name}.sig`));
        expect(await machine.run('prefetch', 'pkg8')).toMatchObject({ status: 1 });
        expect(readdirSync(machine.cache)).toEqual([]);
      });

      it('a database and its signature change together, or not at all', async () => {
        const changing = scene.copy();
        const machine = scene.machine({ servers: [changing.url], signedBy: scene.repository, own: [programs.curl] });
        expect(await machine.run('refresh')).toMatchObject({ status: 0 });
        const sync = join(machine.database, 'sync');
        writeFileSync(join(changing.folder, 'test.db.sig'), 'of another one');
        rmSync(join(changing.folder, 'test.db'));
        expect(await machine.run('refresh')).toMatchObject({ status: 1 });
        expect(readFileSync(join(sync, 'test.db.sig')).equals(scene.repository.read('test.db.sig'))).toBe(true);
        expect(await machine.pacman('-Sl')).toMatchObject({ status: 0, stderr: '' });
      });

      it('an optional one of an older database goes with that', async () => {
        const changing = scene.copy();
        const setup = { servers: [changing.url], signedBy: scene.repository, options: ['SigLevel = Optional'] };
        const machine = scene.machine({ ...setup, own: [programs.curl] });
        const sync = join(machine.database, 'sync');
        expect(await machine.run('refresh')).toMatchObject({ status: 0 });
        rmSync(join(changing.folder, 'test.db.sig'));
        // Unchanged: its signature is still right.
        expect(await machine.run('refresh')).toMatchObject({ status: 0 });
        expect(readdirSync(sync)).toEqual(['test.db', 'test.db.sig']);
        writeFileSync(join(changing.folder, 'test.db'), scene.repository.read('test.files'));
        expect(await machine.run('refresh')).toMatchObject({ status: 0 });
        expect(readdirSync(sync)).toEqual(['test.db']);
      });
    });

    it('says nothing of what a cache server has not got, and asks it for packages only', async () => {
      await using cacheServer = await startMirror({});
      const machine = scene.machine({ cacheServers: [cacheServer.origin], own: [programs.curl] });
      expect(await machine.run('refresh')).toMatchObject({ status: 0, stderr: '' });
      expect(cacheServer.requests).toHaveLength(0);
      expect(await machine.run('prefetch', 'pkg8')).toMatchObject({ status: 0, stderr: '' });
      expect(cacheServer.requests.map(({ url }) => url)).toEqual([`/${name}`]);
    });
  },
);
