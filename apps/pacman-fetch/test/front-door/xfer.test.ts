/* XferCommand without %o, by the front door: a file gets its name when it is whole, and a signature may be missing. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { childrenOf, eventually } from '../kit/fetch-program.js';
import { lastModified, type Mirror, startMirror } from '../kit/mirror.js';
import { families, gone, StandIn, starter } from '../kit/stand-in.js';

const content = randomBytes(300_000);
let mirror: Mirror;
let folder: TemporaryFolder;

beforeAll(async () => {
  mirror = await startMirror(
    { '/x.pkg': content, '/x.pkg.sig': Buffer.from([0x88, 0x75]), '/test.db': Buffer.from('database') },
    {
      '/half.pkg': (_request, response) => {
        response.writeHead(200, { 'content-length': content.length });
        response.write(content.subarray(0, 1000), () => response.destroy());
      },
      '/broken.pkg.sig': (_request, response) => void response.writeHead(500).end(),
      '/login.pkg.sig': (_request, response) => void response.writeHead(200).end('<html>Log in</html>'),
      '/hangs.pkg': (_request, response) => {
        response.writeHead(200, { 'content-length': content.length });
        response.write(content.subarray(0, 1000));
      },
      '/gone.pkg.sig': (_request, response) => void response.writeHead(410).end(),
    },
  );
});
afterAll(async () => await mirror[Symbol.asyncDispose]());
beforeEach(() => {
  folder = temporaryFolder();
  writeFileSync(folder.file('pacman.conf'), '[options]\nSandboxUser = nobody\n');
  mkdirSync(folder.file('cache'));
});
afterEach(async () => {
  await gone(folder.path);
  folder[Symbol.dispose]();
});

const file = (name: string): string => folder.file(`cache/${name}`);
const left = (): readonly string[] => readdirSync(folder.file('cache')).filter((name) => !name.startsWith('.pacman-'));

/** Runs it in the folder, as pacman does. */
async function xfer(pacman: StandIn, name: string): Promise<{ readonly status: number; readonly said: string }> {
  const args = ['xfer', '--config', folder.file('pacman.conf'), `${mirror.origin}/${name}`];
  return await pacman.run('env', '-C', folder.file('cache'), starter, ...args);
}

describe.skipIf(missing('root', 'linux', 'landlock6'))('xfer by the front door', () => {
  it('brings packages and signatures by one process, with the names that pacman expects', async () => {
    await using pacman = new StandIn();
    for (const name of ['x.pkg', 'x.pkg.sig']) expect(await xfer(pacman, name)).toEqual({ status: 0, said: '' });
    expect(left().toSorted()).toEqual(['x.pkg', 'x.pkg.sig']);
    expect(readFileSync(file('x.pkg')).equals(content)).toBe(true);
    const { uid, mode, mtime } = statSync(file('x.pkg'));
    expect({ uid, mode: mode & 0o7777, mtime }).toEqual({ uid: 0, mode: 0o644, mtime: lastModified });
    expect(families(folder.path)).toHaveLength(1);
  });

  it.each(['absent.pkg.sig', 'gone.pkg.sig'])('leaves out %s, which the server does not have', async (name) => {
    await using pacman = new StandIn();
    expect(await xfer(pacman, name)).toEqual({ status: 0, said: '' });
    expect(left()).toEqual([]);
    expect(families(folder.path)).toHaveLength(1);
  });

  it.each([
    ['absent.pkg', 'The server answered with status 404'],
    ['broken.pkg.sig', 'The server answered with status 500'],
    ['half.pkg', 'The server closed the connection early (UND_ERR_SOCKET)'],
  ])('fails for %s, and leaves nothing that pacman could take for whole', async (name, why) => {
    await using pacman = new StandIn();
    expect(await xfer(pacman, name)).toEqual({
      status: 1,
      said: `error: failed retrieving file '${name}' from ${mirror.host} : ${why}\n`,
    });
    expect(left()).toEqual([]);
  });

  it('takes no page for a signature', async () => {
    await using pacman = new StandIn();
    const { status, said } = await xfer(pacman, 'login.pkg.sig');
    expect({ status, said }).toEqual({ status: 1, said: expect.stringContaining('login.pkg.sig') as string });
    expect(left()).toEqual([]);
  });

  it('leaves nothing when it is interrupted', async () => {
    await using pacman = new StandIn();
    const args = ['-C', folder.file('cache'), starter, 'xfer', '--config', folder.file('pacman.conf')];
    const call = pacman.start('env', ...args, `${mirror.origin}/hangs.pkg`);
    const front = await eventually('its bytes', () => {
      const [pid] = childrenOf(pacman.pid);
      return existsSync(file('hangs.pkg.part')) && statSync(file('hangs.pkg.part')).size > 0 && pid;
    });
    process.kill(front, 'SIGINT');
    expect(await pacman.end(call)).toMatchObject({ status: 130 });
    expect(left()).toEqual([]);
  });

  it('leaves databases, which may be unchanged, to separate processes', async () => {
    await using pacman = new StandIn();
    expect(await xfer(pacman, 'test.db')).toMatchObject({ status: 1 });
    expect(families(folder.path)).toEqual([]);
  });

  it.each([
    ['a file', () => writeFileSync(file('x.pkg'), 'old')],
    ['a part', () => writeFileSync(file('x.pkg.part'), 'old')],
    ['a symbolic link', () => symlinkSync('/etc/passwd', file('x.pkg.part'))],
  ])('leaves %s that is there to a separate process', async (_, make) => {
    make();
    const before = statSync('/etc/passwd').mtimeMs;
    await using pacman = new StandIn();
    await xfer(pacman, 'x.pkg');
    expect(families(folder.path)).toEqual([]);
    expect(statSync('/etc/passwd').mtimeMs).toBe(before);
  });

  it('takes no name that has to be decoded, nor one with a query', async () => {
    await using pacman = new StandIn();
    await xfer(pacman, 'x%2Epkg');
    await xfer(pacman, 'x.pkg?a=/b');
    expect(families(folder.path)).toEqual([]);
    expect(existsSync(file('b'))).toBe(false);
  });
});
