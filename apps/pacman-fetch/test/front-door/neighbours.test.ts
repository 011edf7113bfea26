/* Other users of the machine, and other processes of the same one: they neither feed what pacman gets nor are served. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import {
  missing,
  Neighbour,
  runProgram,
  stranger,
  temporaryFolder,
  type TemporaryFolder,
  expectNothingGained,
} from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { childrenOf, eventually } from '../kit/fetch-program.js';
import { type Mirror, startMirror } from '../kit/mirror.js';
import { families, gone, onlyFamily, StandIn, starter } from '../kit/stand-in.js';

const content = Buffer.alloc(100_000, 'x');
/** lp: what other tests run as nobody is left alone. */
const user = 7;
let mirror: Mirror;
let folder: TemporaryFolder;

beforeAll(async () => {
  mirror = await startMirror(
    { '/x.pkg': content },
    { '/alone': (_request, response) => void response.writeHead(200, { connection: 'close' }).end(content) },
  );
});
afterAll(async () => await mirror[Symbol.asyncDispose]());
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(folder.file('cache'));
  writeFileSync(folder.file('pacman.conf'), '[options]\nSandboxUser = lp\n');
  for (const name of ['visitor.py', 'squatter.py']) {
    writeFileSync(folder.file(name), readFileSync(fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))));
  }
});
afterEach(() => folder[Symbol.dispose]());

const cache = (name = ''): string => folder.file(`cache/${name}`);
const words = (name: string, path = '/x.pkg'): readonly string[] => {
  return [starter, '--config', folder.file('pacman.conf'), '-o', cache(name), mirror.origin + path];
};
const done = { status: 0, said: '' };
const socketNames = (): readonly string[] => readdirSync(cache()).filter((name) => name.startsWith('.pacman-fetch-'));
const socketPath = (): string => cache(socketNames()[0]);
const isWhole = (name: string): boolean => readFileSync(cache(name)).equals(content);

/** What somebody hears who connects. */
async function visit(uid: number): Promise<string> {
  const { stdout, stderr } = await runProgram('python3', [folder.file('visitor.py'), socketPath()], { uid, gid: uid });
  return (stdout + stderr).trim();
}

/** A program that says a first line and stays. */
async function staying(uid: number, ...args: readonly string[]) {
  const said: string[] = [];
  const child: ChildProcess = spawn('python3', args, { uid, gid: uid, stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout?.on('data', (bytes: Buffer) => said.push(...bytes.toString().trim().split('\n')));
  await eventually('a first line', () => said.length > 0);
  return { said, [Symbol.dispose]: () => void child.kill('SIGKILL') };
}

describe.skipIf(missing('root', 'linux', 'landlock6'))('the socket of a keeper', () => {
  it('is for children of its pacman alone, of the same user', async () => {
    await using pacman = new StandIn();
    expect(await pacman.run(...words('x.pkg.part'))).toEqual(done);
    // Not the sandbox's user, not a stranger, and not any other process of root's.
    expect(await visit(user)).toBe('EACCES');
    expect(await visit(stranger.uid)).toBe('EACCES');
    expect(await visit(0)).toBe('end');
    chmodSync(socketPath(), 0o777);
    for (const uid of [user, stranger.uid]) expect(await visit(uid)).toBe('end');
    expect(await pacman.run(...words('y.pkg.part'))).toEqual(done);
    expect(families(folder.path)).toHaveLength(1);
    // The twin: what pacman has started is served.
    const twin = await pacman.run('python3', folder.file('visitor.py'), socketPath());
    expect(twin).toEqual({ status: 0, said: 'R 3\n' });
    await pacman.kill();
    await gone(folder.path);
  });

  it('is not for another process of pacman’s DownloadUser', async () => {
    chownSync(cache(), user, user);
    await using pacman = new StandIn({ uid: user });
    expect(await pacman.run(...words('x.pkg.part'))).toEqual(done);
    expect(await visit(user)).toBe('end');
    expect(await pacman.run(...words('y.pkg.part'))).toEqual(done);
    expect(families(folder.path)).toHaveLength(1);
  });

  it('that is flooded costs no file', async () => {
    chownSync(cache(), user, user);
    await using pacman = new StandIn({ uid: user });
    expect(await pacman.run(...words('x.pkg.part'))).toEqual(done);
    const { keeper } = onlyFamily(folder.path);
    // Stopped, it lets the row grow.
    process.kill(keeper, 'SIGSTOP');
    using flood = await staying(user, folder.file('visitor.py'), socketPath(), '64', '30');
    expect(Number(flood.said[0]?.split(' ')[1])).toBeGreaterThan(3);
    expect(await pacman.run(...words('y.pkg.part'))).toEqual(done);
    process.kill(keeper, 'SIGCONT');
    expect(await pacman.run(...words('z.pkg.part'))).toEqual(done);
    expect(['y.pkg.part', 'z.pkg.part'].every(isWhole)).toBe(true);
  });

  it.each([
    ['another user feeds nobody', stranger.uid, false],
    ['the same user is believed: the control', 0, true],
  ])('in the hands of %s', async (_who, uid, isFed) => {
    await using pacman = new StandIn();
    expect(await pacman.run(...words('x.pkg.part'))).toEqual(done);
    const name = socketPath();
    await pacman.run('pkill', '-KILL', '-f', `^${starter} .*${cache()}`);
    await eventually('its end', () => families(folder.path).length === 0);
    const own = folder.file('own');
    mkdirSync(own);
    chownSync(own, uid, uid);
    using squatter = await staying(uid, folder.file('squatter.py'), `${own}/socket`);
    renameSync(`${own}/socket`, name);
    expect(await pacman.run(...words('y.pkg.part'))).toEqual(done);
    expect(readFileSync(cache('y.pkg.part'), 'latin1')).toBe(isFed ? 'evil' : content.toString('latin1'));
    await eventually('a visit', () => squatter.said.includes('visited'));
    expect(squatter.said.includes('fed')).toBe(isFed);
    rmSync(name, { force: true });
  });

  it.each([
    ['that all may write to', () => chmodSync(cache(), 0o777)],
    ['that a group may write to', () => chmodSync(cache(), 0o775)],
    ['of another user', () => chownSync(cache(), user, user)],
    [
      'below one of another user',
      () => {
        const outer = folder.file('outer');
        mkdirSync(outer);
        renameSync(cache(), `${outer}/cache`);
        renameSync(outer, cache());
        chownSync(cache(), user, user);
      },
    ],
  ])('is not used in a directory %s', async (what, change) => {
    change();
    await using pacman = new StandIn();
    const isBelow = what.startsWith('below');
    const [...call] = words(isBelow ? 'cache/x.pkg.part' : 'x.pkg.part');
    const { status } = await pacman.run(...call);
    // A path that another user could change is no path for root in any way.
    expect(status).toBe(isBelow ? 4 : 0);
    expect(socketNames()).toEqual([]);
    expect(families(folder.path)).toEqual([]);
  });
});

describe.skipIf(missing('root', 'linux', 'landlock6'))('another process of the sandbox’s user', () => {
  it('that leaves it no descriptor spoils no file', async () => {
    await using pacman = new StandIn();
    expect(await pacman.run(...words('x.pkg.part', '/alone'))).toEqual(done);
    const { server } = onlyFamily(folder.path);
    const limit = ['prlimit', '--pid', String(server), '--nofile=0:0'];
    const { status } = await runProgram('setpriv', [`--reuid=${user}`, `--regid=${user}`, '--clear-groups', ...limit]);
    expect(status).toBe(0);
    for (const name of ['y.pkg.part', 'z.pkg.part']) {
      expect(await pacman.run(...words(name, '/alone'))).toEqual(done);
      expect(isWhole(name)).toBe(true);
    }
    // The first of them came as ever; what can't be used ends, and another one takes its place.
    await eventually('its end', () => families(folder.path).every((family) => family.server !== server));
    expect(await pacman.run(...words('last.pkg.part'))).toEqual(done);
    expect(families(folder.path)).toHaveLength(1);
  });

  it('takes nothing of the process that downloads', async () => {
    const tactics = [['take', process.pid, 'serve.cjs']] as const;
    await using thief = await Neighbour.start({ as: { uid: user, gid: user, groups: [user] }, tactics, seconds: 60 });
    await using slow = await startMirror(
      {},
      {
        '/x.pkg': (_request, response) => {
          response.writeHead(200, { 'content-length': content.length }).write(content.subarray(0, 50_000));
          void eventually('the thief', () => thief.did.length > 0)
            .then(async () => await setTimeout(300))
            .then(() => response.end(content.subarray(50_000)));
        },
      },
    );
    await using pacman = new StandIn();
    const args = ['--config', folder.file('pacman.conf'), '-o', cache('x.pkg.part'), `${slow.origin}/x.pkg`];
    expect(await pacman.run(starter, ...args)).toEqual(done);
    expect(isWhole('x.pkg.part')).toBe(true);
    expect(families(folder.path)).toHaveLength(1);
    const { did, gained } = await thief.stop();
    expect(new Set(did.map(({ outcome }) => outcome))).toEqual(new Set(['EPERM']));
    expectNothingGained(gained);
  });

  it('looks into no front door and no keeper under pacman’s DownloadUser, which is the same user', async () => {
    await using slow = await startMirror(
      {},
      { '/x.pkg': (_request, response) => void response.writeHead(200, { 'content-length': 9 }).write('x') },
    );
    chownSync(cache(), user, user);
    await using pacman = new StandIn({ uid: user });
    const args = ['--config', folder.file('pacman.conf'), '-o', cache('x.pkg.part'), `${slow.origin}/x.pkg`];
    pacman.start(starter, ...args);
    await eventually('a byte', () => statSync(cache('x.pkg.part'), { throwIfNoEntry: false })?.size === 1);
    const [front = 0] = childrenOf(pacman.pid);
    const { keeper, server } = onlyFamily(folder.path);
    const look = async (pid: number): Promise<string> => {
      const { stderr } = await runProgram('ls', [`/proc/${pid}/fd`], { uid: user, gid: user, env: { LC_ALL: 'C' } });
      return /Permission denied/.test(stderr) ? 'EACCES' : stderr;
    };
    expect(await Promise.all([front, keeper, server].map(look))).toEqual(['EACCES', 'EACCES', 'EACCES']);
    // The control: pacman's own process can be looked into.
    expect(await look(pacman.pid)).toBe('');
  });
});
