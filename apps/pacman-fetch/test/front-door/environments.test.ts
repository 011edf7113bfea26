/* Places where something is missing or other than usual: the front door serves there, or the program is started as ever. */
import { chownSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { environment } from '../kit/fetch-program.js';
import { type Mirror, startMirror } from '../kit/mirror.js';
import { families, gone, StandIn, starter } from '../kit/stand-in.js';

const content = Buffer.alloc(100_000, 'x');
const nobody = 65_534;
let mirror: Mirror;
let folder: TemporaryFolder;

beforeAll(async () => {
  mirror = await startMirror({ '/x.pkg': content });
});
afterAll(async () => await mirror[Symbol.asyncDispose]());
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(folder.file('cache'));
  writeFileSync(folder.file('pacman.conf'), '[options]\nSandboxUser = nobody\n');
});
afterEach(async () => {
  await gone(folder.path);
  folder[Symbol.dispose]();
});

const words = (path: string): readonly string[] => {
  return [starter, '--config', folder.file('pacman.conf'), '-o', `${folder.path}/${path}`, `${mirror.origin}/x.pkg`];
};
const done = { status: 0, said: '' };
const isWhole = (path: string): boolean => readFileSync(folder.file(path)).equals(content);

/** Two files in a pacman that is started so. */
async function twoFiles(pacman: StandIn): Promise<number> {
  for (const name of ['cache/x.pkg.part', 'cache/y.pkg.part']) {
    expect(await pacman.run(...words(name))).toEqual(done);
    expect(isWhole(name)).toBe(true);
  }
  return families(folder.path).length;
}

describe.skipIf(missing('root', 'linux', 'landlock6', 'unshare'))('the front door', () => {
  it.each([
    ['a PID namespace of its own', ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'], 1],
    [
      'a mount namespace with a read-only /run',
      ['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs -o ro none /run; exec "$@"', 'sh'],
      1,
    ],
  ] as const)('works in %s', async (_where, prefix, count) => {
    await using pacman = new StandIn({ prefix });
    expect(await twoFiles(pacman)).toBe(count);
  });

  it.skipIf(missing('fakeroot'))('leaves the file to who heeds what is preloaded, under fakeroot', async () => {
    chownSync(folder.file('cache'), nobody, nobody);
    await using pacman = new StandIn({ uid: nobody, prefix: ['fakeroot'] });
    expect(await twoFiles(pacman)).toBe(0);
  });

  it.skipIf(missing('userNamespaces'))('ends as the program does in a user namespace of an ordinary user', async () => {
    chownSync(folder.file('cache'), nobody, nobody);
    await using pacman = new StandIn({ uid: nobody, prefix: ['unshare', '--user', '--map-root-user'] });
    const ours = await pacman.run(...words('cache/x.pkg.part'));
    await using other = new StandIn({ name: 'sh', uid: nobody, prefix: ['unshare', '--user', '--map-root-user'] });
    expect(ours).toEqual(await other.run(...words('cache/x.pkg.part')));
  });

  it('ends as the program does where there is no /proc', async () => {
    const prefix = ['unshare', '--mount', 'sh', '-c', 'umount -l /proc; exec "$@"', 'sh'];
    await using pacman = new StandIn({ prefix });
    const ours = await pacman.run(...words('cache/x.pkg.part'));
    await using other = new StandIn({ name: 'sh', prefix });
    expect(ours).toEqual(await other.run(...words('cache/x.pkg.part')));
    expect(ours).toEqual({
      status: 127,
      said:
        'error: pacman-fetch cannot find its own program: /proc is not mounted\n' +
        '       Run "mount -t proc proc /proc".\n',
    });
  });

  it.each([
    ['ends with a status', '#!/bin/sh\nexit 127\n', 'node does not run: it exits with status 127'],
    ['is ended by a signal', '#!/bin/sh\nkill -SEGV $$\n', 'node does not run: Segmentation fault'],
  ])('says so where node %s, and downloads nothing', async (_how, script, text) => {
    mkdirSync(folder.file('bin'));
    writeFileSync(folder.file('bin/node'), script, { mode: 0o755 });
    await using pacman = new StandIn({ env: { PATH: `${folder.file('bin')}:${environment.PATH}` } });
    const before = mirror.requests.length;
    expect(await pacman.run(...words('cache/x.pkg.part'))).toEqual({
      status: 127,
      said:
        `error: ${text}\n       Check what "node --version" says. ` +
        'To install nodejs again, comment out XferCommand first.\n',
    });
    expect(mirror.requests.length).toBe(before);
    // The twin: the same file, with the node that runs.
    writeFileSync(folder.file('bin/node'), `#!/bin/sh\nexec ${process.execPath} "$@"\n`);
    expect(await pacman.run(...words('cache/x.pkg.part'))).toEqual(done);
  });

  it('says so where PATH has no node', async () => {
    await using pacman = new StandIn({ env: { PATH: '/nonexistent' } });
    expect(await pacman.run(...words('cache/x.pkg.part'))).toEqual({
      status: 127,
      said:
        'error: cannot start node: No such file or directory\n' +
        '       Install Node 20.19 or later where PATH finds it (on Arch: nodejs).\n',
    });
  });

  it('is not passed where the path of FILE has a link or goes up', async () => {
    symlinkSync('cache', folder.file('link'));
    await using pacman = new StandIn();
    for (const path of ['link/x.pkg.part', 'cache/../cache/y.pkg.part']) {
      expect(await pacman.run(...words(path))).toEqual(done);
      expect(isWhole(path)).toBe(true);
    }
    expect(families(folder.path)).toEqual([]);
    // The twin: slashes that mean nothing.
    expect(await pacman.run(...words('cache//z.pkg.part'))).toEqual(done);
    expect(families(folder.path)).toHaveLength(1);
  });

  it.each([
    ['a configuration with a mistake', 'SandboxUser = nobody\nSandboxPorts = http\n', 2],
    ['a user that does not exist', 'SandboxUser = nosuchuser\n', 3],
  ])('says nothing of %s that the program does not say', async (_what, lines, status) => {
    writeFileSync(folder.file('pacman.conf'), `[options]\n${lines}`);
    await using pacman = new StandIn();
    const ours = await pacman.run(...words('cache/x.pkg.part'));
    await using other = new StandIn({ name: 'sh' });
    expect(ours).toEqual(await other.run(...words('cache/x.pkg.part')));
    expect(ours.status).toBe(status);
    expect(readdirSync(folder.file('cache')).filter((name) => !name.startsWith('.'))).toEqual([]);
  });
});
