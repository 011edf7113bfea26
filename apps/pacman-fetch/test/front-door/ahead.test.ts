/* Files are downloaded before pacman asks for them, as another pacman has listed them: what that one may do, and what comes of its list. */
import { randomBytes } from 'node:crypto';
import { chownSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';

import { missing, runProgram, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { childrenOf, eventually } from '../kit/fetch-program.js';
import { compilePacman, ListingPacman, type ListingOptions } from '../kit/listing-pacman.js';
import { type Mirror, startMirror } from '../kit/mirror.js';
import { families, gone, onlyFamily, starter } from '../kit/stand-in.js';

const nobody = 65_534;
const names = ['a', 'b', 'c', 'd', 'e'];
const content = new Map(names.map((name) => [name, randomBytes(200_000)]));
const outer = temporaryFolder();
let program: string;
let mirror: Mirror;
let folder: TemporaryFolder;

beforeAll(async () => {
  program = await compilePacman(outer.path);
  const packages = [...content].map(([name, bytes]) => [`/core/${name}.pkg`, bytes] as const);
  const signatures = names.map((name) => [`/core/${name}.pkg.sig`, Buffer.from(name)] as const);
  mirror = await startMirror(
    { ...Object.fromEntries([...packages, ...signatures]), '/core/x.db': Buffer.from('database') },
    {
      '/core/long.pkg': (_request, response) => void response.writeHead(200).end(randomBytes(200_001)),
      '/core/broken.pkg': (_request, response) => void response.writeHead(500).end(),
    },
  );
});
afterAll(async () => {
  await mirror[Symbol.asyncDispose]();
  outer[Symbol.dispose]();
});
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(folder.file('cache'));
  configure();
});
afterEach(async () => {
  await gone(folder.path);
  folder[Symbol.dispose]();
});

function configure(...own: readonly string[]): void {
  const lines = ['[options]', 'SandboxUser = nobody', 'ParallelDownloads = 3', ...own];
  writeFileSync(folder.file('pacman.conf'), `${lines.join('\n')}\n`);
}

const urlOf = (name: string): string => `${mirror.origin}/core/${name}`;
const lineOf = (name: string, size = 200_000): string => `${size} ${urlOf(`${name}.pkg`)}`;
const all = (): readonly string[] => names.map((name) => lineOf(name));

function start(options: Partial<ListingOptions> = {}): ListingPacman {
  return new ListingPacman({ program, database: folder.file('db'), list: all(), ...options });
}

const download = async (pacman: ListingPacman, name: string): Promise<number> =>
  await pacman.run(
    starter,
    '--config',
    folder.file('pacman.conf'),
    '-o',
    folder.file(`cache/${name}.part`),
    urlOf(name),
  );

/** Names of files that this test's processes have asked for, in order. */
function asked(since: number): readonly string[] {
  return mirror.requests.slice(since).map(({ url = '' }) => url.replace('/core/', ''));
}

/** What they have asked for once half a second has brought nothing more. */
async function settled(since: number): Promise<readonly string[]> {
  for (let before = -1; before !== mirror.requests.length;) {
    before = mirror.requests.length;
    await after(500);
  }
  return asked(since);
}

interface Wanted {
  readonly own?: string;
  readonly before?: readonly string[];
  readonly args?: readonly string[];
  readonly isAlone?: boolean;
}

describe.skipIf(missing('root', 'linux', 'landlock6'))('the front door', () => {
  it('has files before pacman asks for them, and asks for each of them once', async () => {
    const since = mirror.requests.length;
    await using pacman = start();
    expect(await download(pacman, 'a.pkg')).toBe(0);
    await eventually('all of them', () => asked(since).length === names.length);
    expect(readdirSync(folder.file('cache')).filter((name) => name.endsWith('.part'))).toEqual(['a.pkg.part']);
    for (const name of names.slice(1)) expect(await download(pacman, `${name}.pkg`)).toBe(0);
    for (const [name, bytes] of content) {
      expect(readFileSync(folder.file(`cache/${name}.pkg.part`)).equals(bytes), name).toBe(true);
    }
    expect((await settled(since)).toSorted()).toEqual(names.map((name) => `${name}.pkg`));
  });

  it('has their signatures as well once pacman wants one', async () => {
    const since = mirror.requests.length;
    await using pacman = start();
    expect(await download(pacman, 'a.pkg')).toBe(0);
    expect((await settled(since)).some((name) => name.endsWith('.sig'))).toBe(false);
    expect(await download(pacman, 'a.pkg.sig')).toBe(0);
    await eventually('all of them', () => asked(since).length === 2 * names.length);
    expect(await download(pacman, 'b.pkg.sig')).toBe(0);
    expect(readFileSync(folder.file('cache/b.pkg.sig.part'), 'utf8')).toBe('b');
  });

  it.each([
    ['FetchAhead = no', { own: 'FetchAhead = no' }],
    ['a pacman that may ask its user', { args: ['-S', 'a'] }],
    ['another operation', { args: ['-Q', '--noconfirm'] }],
    ['a list without this file’s directory', { before: ['1 http://127.0.0.1:1/x'], isAlone: true }],
  ] as const)('asks for nothing ahead with %s', async (_, wanted) => {
    const { own = '', before = [], args = ['-S', '--noconfirm'], isAlone = false } = wanted as Wanted;
    configure(own);
    const since = mirror.requests.length;
    await using pacman = start({ args, list: isAlone ? before : [...before, ...all()] });
    expect(await download(pacman, 'a.pkg')).toBe(0);
    expect(await settled(since)).toEqual(['a.pkg']);
  });

  it('leaves out what a hostile database names, and files that come otherwise than listed', async () => {
    const since = mirror.requests.length;
    const list = [
      '1 file:///etc/shadow',
      '1 http://127.0.0.1:1/x',
      '1 http://169.254.169.254/x',
      `-1 ${urlOf('b.pkg')}`,
      '9'.repeat(5000),
      `99999999999 ${urlOf('huge.pkg')}`,
      lineOf('long'),
      lineOf('broken'),
      lineOf('a'),
      lineOf('c'),
      '\u001B]0;x\u0007',
    ];
    await using pacman = start({ list });
    expect(await download(pacman, 'a.pkg')).toBe(0);
    expect((await settled(since)).toSorted()).toEqual(['a.pkg', 'broken.pkg', 'c.pkg', 'long.pkg']);
    expect(await download(pacman, 'long.pkg')).toBe(0);
    expect(readFileSync(folder.file('cache/long.pkg.part'))).toHaveLength(200_001);
    expect(await download(pacman, 'broken.pkg')).toBe(1);
    expect(await download(pacman, 'c.pkg')).toBe(0);
  });
});

describe.skipIf(missing('root', 'linux', 'landlock6'))('the pacman that lists', () => {
  it('has no capability and no network, writes nothing, and inherits nothing', async () => {
    await using pacman = start({ args: ['-Syu', '--noconfirm', 'x'] });
    expect(await download(pacman, 'a.pkg')).toBe(0);
    const told = await eventually('its words', () => {
      const found = pacman.told();
      return found.includes('LC_ALL=C') && found;
    });
    const none = '0000000000000000';
    const status = ['CapInh', 'CapPrm', 'CapEff', 'CapAmb'].map((name) => `${name}:\t${none}`);
    expect(told).toEqual(
      [
        ...status,
        'Uid:\t0\t0\t0\t0',
        'NoNewPrivs:\t1',
        'Seccomp:\t2',
        'inet EACCES',
        'inet6 EACCES',
        'netlink EACCES',
        'unix done',
        'write EACCES',
        'make EACCES',
        'remove EACCES',
        'io_uring EACCES',
        'descriptors 3',
        '--print-format',
        '%s %l',
        '--noconfirm',
        '--noconfirm',
        '--dbpath',
        '-Su',
        'x',
        'LC_ALL=C',
      ].toSorted(),
    );
  });

  it('is its DownloadUser’s where that starts the program', async () => {
    for (const name of ['cache', 'db']) {
      mkdirSync(folder.file(name), { recursive: true });
      chownSync(folder.file(name), nobody, nobody);
    }
    const since = mirror.requests.length;
    await using pacman = start({ uid: nobody });
    expect(await download(pacman, 'a.pkg')).toBe(0);
    await eventually('all of them', () => asked(since).length === names.length);
    expect(pacman.told()).toContain(`Uid:\t${nobody}\t${nobody}\t${nobody}\t${nobody}`);
  });

  it('is not asked for a database, before which it would not know', async () => {
    await using pacman = start();
    expect(await download(pacman, 'x.db')).toBe(0);
    await after(500);
    expect(pacman.told()).toEqual([]);
    expect(await download(pacman, 'a.pkg')).toBe(0);
    await eventually('its words', () => pacman.told().length > 0);
  });

  it('holds nobody up by never ending, and ends with the pacman that downloads', async () => {
    const pacman = start();
    rmSync(folder.file('db/list'));
    await runProgram('mkfifo', [folder.file('db/list')]);
    expect(await download(pacman, 'a.pkg')).toBe(0);
    const { keeper, server } = onlyFamily(folder.path);
    const lister = await eventually('it', () => childrenOf(keeper).find((pid) => pid !== server));
    expect(readFileSync(`/proc/${lister}/cmdline`, 'latin1')).toContain('--print-format');
    expect(await download(pacman, 'b.pkg')).toBe(0);
    await pacman.kill();
    await eventually('its end', () => childrenOf(keeper).length === 0);
    expect(families(folder.path)).toEqual([]);
  });
});
