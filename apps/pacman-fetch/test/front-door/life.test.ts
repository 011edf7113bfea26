/* How long what the front door starts lives: as long as its pacman, and nothing of it is left, however that ends. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout } from 'node:timers/promises';

import { inLong, missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { childrenOf, eventually } from '../kit/fetch-program.js';
import { type Mirror, startMirror } from '../kit/mirror.js';
import { families, gone, onlyFamily, StandIn, starter } from '../kit/stand-in.js';

const content = Buffer.alloc(100_000, 'x');
let mirror: Mirror;
let folder: TemporaryFolder;

beforeAll(async () => {
  mirror = await startMirror(
    { '/x.pkg': content },
    {
      '/hangs': (_request, response) => {
        response.writeHead(200, { 'content-length': content.length });
        response.write(content.subarray(0, 50_000));
      },
    },
  );
});
afterAll(async () => await mirror[Symbol.asyncDispose]());
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(folder.file('cache'));
  writeFileSync(folder.file('pacman.conf'), '[options]\nSandboxUser = nobody\n');
});
afterEach(() => folder[Symbol.dispose]());

const words = (name: string, path = '/x.pkg', place = 'cache'): readonly string[] => [
  starter,
  '--config',
  folder.file('pacman.conf'),
  '-o',
  folder.file(`${place}/${name}`),
  mirror.origin + path,
];
const done = { status: 0, said: '' };
const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`) && !/^State:\s*Z/m.test(statusOf(pid));

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'latin1');
  } catch {
    return 'State:\tZ';
  }
}

describe.skipIf(missing('root', 'linux', 'landlock6'))('what the front door starts', () => {
  it.each(['SIGKILL', 'SIGTERM', 'SIGHUP'] as const)(
    'ends with a pacman that ends by %s, and leaves nothing',
    async (signal) => {
      await using pacman = new StandIn();
      expect(await pacman.run(...words('x.pkg.part'))).toEqual(done);
      const { keeper, server } = onlyFamily(folder.path);
      // The twin: it stays while pacman does.
      await setTimeout(1500);
      expect([keeper, server].map(isAlive)).toEqual([true, true]);
      await pacman.kill(signal);
      await eventually('the end of both', () => !isAlive(keeper) && !isAlive(server));
      await gone(folder.path);
      expect(readdirSync(folder.file('cache'))).toEqual(['x.pkg.part']);
    },
  );

  it('ends with a pacman that is killed in the middle of a file, and so does the front door', async () => {
    await using pacman = new StandIn();
    pacman.start(...words('x.pkg.part', '/hangs'));
    await eventually(
      'half',
      () => statSync(folder.file('cache/x.pkg.part'), { throwIfNoEntry: false })?.size === 50_000,
    );
    const [front = 0] = childrenOf(pacman.pid);
    const begun = performance.now();
    // It has ended when nobody holds its pipe any more.
    await pacman.kill();
    await gone(folder.path);
    expect(isAlive(front)).toBe(false);
    // A program that goes on in its place would wait for the server for ten seconds.
    expect(performance.now() - begun).toBeLessThan(9000);
    expect(readdirSync(folder.file('cache'))).toEqual(['x.pkg.part']);
  });

  it('ends once the directory of its files is gone, as pacman removes it', async () => {
    await using pacman = new StandIn();
    const place = mkdtempSync(folder.file('download-'));
    const name = place.slice(folder.path.length + 1);
    expect(await pacman.run(...words('x.pkg.part', '/x.pkg', name))).toEqual(done);
    const { server } = onlyFamily(folder.path);
    rmSync(place, { recursive: true });
    await eventually('its end', () => !isAlive(server));
    await gone(folder.path);
  });

  // Half a minute of waiting.
  inLong(() => {
    it('ends when nothing was asked of it for a while', { timeout: 120_000 }, async () => {
      await using pacman = new StandIn();
      expect(await pacman.run(...words('x.pkg.part'))).toEqual(done);
      const { server } = onlyFamily(folder.path);
      for (const name of ['a', 'b']) {
        await setTimeout(9000);
        expect(await pacman.run(...words(`${name}.pkg.part`))).toEqual(done);
        expect(onlyFamily(folder.path).server).toBe(server);
      }
      await setTimeout(12_000);
      await eventually('its end', () => !isAlive(server));
      await gone(folder.path);
      // The twin: the next file has another one.
      expect(await pacman.run(...words('y.pkg.part'))).toEqual(done);
      expect(onlyFamily(folder.path).server).not.toBe(server);
    });
  });

  it.each(['keeper', 'server'] as const)('is started anew where its %s is killed', async (who) => {
    await using pacman = new StandIn();
    expect(await pacman.run(...words('x.pkg.part'))).toEqual(done);
    const before = onlyFamily(folder.path);
    process.kill(before[who], 'SIGKILL');
    await eventually('the end of both', () => !isAlive(before.keeper) && !isAlive(before.server));
    expect(await pacman.run(...words('y.pkg.part'))).toEqual(done);
    expect(onlyFamily(folder.path).server).not.toBe(before.server);
    await pacman.kill();
    await gone(folder.path);
  });

  it('loses no file where the process that downloads is killed half-way', async () => {
    await using pacman = new StandIn();
    const call = pacman.start(...words('x.sig.part', '/hangs'));
    await eventually('a process', () => families(folder.path).length === 1 && mirror.requests.at(-1)?.url === '/hangs');
    process.kill(onlyFamily(folder.path).server, 'SIGKILL');
    // It is asked for anew by a process of its own, which says what there is to say.
    const { status, said } = await pacman.end(call);
    expect({ status, said }).toMatchObject({ status: 1, said: expect.stringContaining('100000 bytes') as string });
    await pacman.kill();
    await gone(folder.path);
  });

  it('belongs to one of two pacmans in one directory', async () => {
    await using one = new StandIn();
    await using other = new StandIn();
    const calls = [one.run(...words('x.pkg.part')), other.run(...words('y.pkg.part'))];
    expect(await Promise.all(calls)).toEqual([done, done]);
    const [first, second] = families(folder.path);
    expect([first, second].every((family) => family !== undefined)).toBe(true);
    await one.kill();
    await eventually('the end of one', () => families(folder.path).length === 1);
    expect(await other.run(...words('z.pkg.part'))).toEqual(done);
    await other.kill();
    await gone(folder.path);
  });

  it('keeps nothing of pacman open, nor its terminal, nor its directory', async () => {
    await using pacman = new StandIn();
    const command = `exec 50>${folder.file('log')} 51<${folder.file('cache')}; cd ${folder.file('cache')}; exec "$@"`;
    expect(await pacman.run('bash', '-c', command, 'bash', ...words('x.pkg.part'))).toEqual(done);
    const { keeper, server } = onlyFamily(folder.path);
    for (const pid of [keeper, server]) {
      const fds = readdirSync(`/proc/${pid}/fd`);
      expect(fds).not.toContain('50');
      expect(fds).not.toContain('51');
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
      expect({ session: stat[3], terminal: stat[4] }).toEqual({ session: String(pid), terminal: '0' });
    }
    await pacman.kill();
    await gone(folder.path);
  });

  it('ends where somebody takes the name of its socket', async () => {
    await using pacman = new StandIn();
    expect(await pacman.run(...words('x.pkg.part'))).toEqual(done);
    const { server } = onlyFamily(folder.path);
    const name = readdirSync(folder.file('cache')).find((one) => one.startsWith('.pacman-fetch-'));
    renameSync(folder.file(`cache/${name}`), folder.file('cache/elsewhere'));
    await eventually('its end', () => !isAlive(server));
    expect(await pacman.run(...words('y.pkg.part'))).toEqual(done);
    rmSync(folder.file('cache/elsewhere'));
  });
});
