/* Questions that pacman has about a transaction come first: nothing is downloaded that an answer leaves out. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { environment, program } from '../kit/fetch-program.js';
import { type Mirror, type Route, serve, startMirror } from '../kit/mirror.js';
import { starter } from '../kit/stand-in.js';
import { Machine } from './machine.js';

const outer = temporaryFolder();
let mirror: Mirror;
let read = 0;

/** What is in the repository: its packages, by their directives of `.PKGINFO`. */
const packages: Readonly<Record<string, readonly string[]>> = {
  one: ['group = few'],
  two: ['group = few'],
  three: ['group = few'],
  first: ['provides = virtual'],
  second: ['provides = virtual'],
  user: ['depend = virtual'],
  plain: ['depend = library'],
  library: [],
};

function makeRepository(folder: TemporaryFolder): string {
  const repository = folder.file('repository');
  mkdirSync(repository);
  for (const [name, lines] of Object.entries(packages)) {
    const build = folder.file('build');
    mkdirSync(join(build, 'opt'), { recursive: true });
    writeFileSync(join(build, 'opt', name), name);
    const always = [`pkgname = ${name}`, 'pkgver = 1-1', 'pkgdesc = x', 'size = 10', 'arch = any', 'builddate = 1'];
    writeFileSync(join(build, '.PKGINFO'), [...always, ...lines, ''].join('\n'));
    const file = `${name}-1-1-any.pkg.tar.gz`;
    execFileSync('bsdtar', ['-czf', join(repository, file), '-C', build, '.PKGINFO', 'opt']);
    rmSync(build, { recursive: true });
  }
  const all = readdirSync(repository);
  execFileSync('repo-add', ['--quiet', 'test.db.tar.gz', ...all], { cwd: repository, stdio: 'pipe' });
  return repository;
}

/** Where the first file is held back: requests before it, and milliseconds at the most. */
let holding: { readonly before: number; readonly limit: number } | undefined;

/** Serves a file, or holds it back until another one is asked for. */
function holdingBack(content: Buffer): Route {
  return (request, response) => {
    const { before, limit } = holding ?? { before: Infinity, limit: 0 };
    const isFirst = mirror.requests.length === before + 1;
    const until = performance.now() + (isFirst ? limit : 0);
    const look = setInterval(() => {
      if (mirror.requests.length === before + 1 && performance.now() < until) return;
      clearInterval(look);
      serve(content, request, response);
    }, 10);
  };
}

function folderOf(name: string): string {
  mkdirSync(outer.file(name));
  return outer.file(name);
}

/** Runs it with answers that are typed beforehand, and says what the mirror was asked for. */
async function answering(answers: string, ...args: readonly string[]) {
  const machine = new Machine(folderOf(`machine${read}-${args.length}-${answers.length}`), {
    servers: [mirror.origin],
  });
  expect(await machine.run('refresh')).toMatchObject({ status: 0, stderr: '' });
  read = mirror.requests.length;
  const words = [program, 'pacman', '--', '--config', machine.config, ...args];
  const child = spawn(process.execPath, words, { env: environment, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(answers);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()));
  const [status] = (await once(child, 'close')) as [number | null];
  const asked = mirror.requests.slice(read).flatMap(({ url = '' }) => /^\/(\w+)/.exec(url)?.[1] ?? []);
  const cached = readdirSync(machine.cache).flatMap((name) => /^\w+/.exec(name)?.[0] ?? []);
  return { status, said, asked: asked.toSorted(), cached: cached.toSorted() };
}

describe.skipIf(missing('root', 'linux', 'pacman', 'landlock6'))('pacman-fetch -S', () => {
  beforeAll(async () => {
    const repository = makeRepository(outer);
    const files = readdirSync(repository).map((name) => [`/${name}`, readFileSync(join(repository, name))] as const);
    const routes = files.map(([path, content]) => [path, holdingBack(content)] as const);
    mirror = await startMirror({}, Object.fromEntries(routes));
  });
  afterAll(async () => {
    await mirror[Symbol.asyncDispose]();
    outer[Symbol.dispose]();
  });

  it.each([
    ['two members of a group', '1 3\ny\n', ['-S', 'few'], ['one', 'two']],
    ['another provider than the first', '2\ny\n', ['-S', 'user'], ['second', 'user']],
    ['a package that is ignored', 'y\ny\n', ['-S', '--ignore', 'library', 'library'], ['library']],
    ['nothing', '1\nn\n', ['-S', 'few'], []],
  ])('brings %s, as the answers say, and nothing else', async (_, answers, args, expected) => {
    const { status, said, asked, cached } = await answering(answers, ...args);
    expect({ said, status, asked, cached }).toEqual({
      said: expect.stringContaining('::') as string,
      status: expected.length > 0 ? 0 : 1,
      asked: expected,
      cached: expected,
    });
  });

  it.each([
    ['where nobody is to be asked', ['-S', '--noconfirm', 'few'], ['one', 'three', 'two']],
    ['where there is no question', ['-S', '--noconfirm', 'plain'], ['library', 'plain']],
  ])('brings all beforehand %s', async (_, args, expected) => {
    const { status, said, cached } = await answering('', ...args);
    expect({ status, cached }).toEqual({ status: 0, cached: expected });
    expect(said).toMatch(/:: Retrieving packages\.\.\.\n \w+-1-1-any downloading/);
  });

  it('asks once if the only question is whether to proceed, and downloads all beforehand', async () => {
    const { status, said, cached } = await answering('y\n', '-S', 'plain');
    expect({ status, cached }).toEqual({ status: 0, cached: ['library', 'plain'] });
    expect(said.match(/Retrieving packages/g)).toHaveLength(1);
  });

  it.each([
    ['no question', ['-Sw', 'plain'], 'y\n', true],
    ['a question', ['-Sw', 'few'], '1 3\ny\n', false],
  ])('downloads ahead for a pacman that has %s', async (_, args, answers, isAhead) => {
    const machine = new Machine(folderOf(`ahead${answers.length}`), { servers: [mirror.origin] });
    expect(await machine.run('refresh')).toMatchObject({ status: 0, stderr: '' });
    appendFileSync(machine.config, `[options]\nXferCommand = ${starter} xfer --config ${machine.config} %u\n`);
    // The first file is held back until the second is asked for.
    const before = mirror.requests.length;
    holding = { before, limit: 3000 };
    const begun = performance.now();
    const words = ['--config', machine.config, ...args];
    const child = spawn('pacman', words, { env: environment, stdio: ['pipe', 'ignore', 'ignore'] });
    child.stdin.end(answers);
    expect((await once(child, 'close'))[0]).toBe(0);
    const taken = performance.now() - begun;
    holding = undefined;
    expect(mirror.requests.length - before).toBe(2);
    expect(taken < 3000).toBe(isAhead);
  });
});
