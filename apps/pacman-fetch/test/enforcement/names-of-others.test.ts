/* What a neighbour has put under the names that root reads and writes: in sticky folders, and in folders of its own. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';

import { makeAuthority, missing, runProgram, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { environment, program, runFetch } from '../kit/fetch-program.js';
import { type Mirror, startMirror } from '../kit/mirror.js';

const nobody = 65_534;
const asNeighbour = { uid: nobody, gid: nobody };

let mirror: Mirror;
let folder: TemporaryFolder;
beforeAll(async () => {
  mirror = await startMirror({ '/x': Buffer.from('content') });
});
afterAll(async () => await mirror[Symbol.asyncDispose]());
beforeEach(() => {
  folder = temporaryFolder();
  // Root's own, so that what lies in it is; what others may write in is made in it.
  writeFileSync(folder.file('pacman.conf'), '[options]\nSandboxUser = nobody\n');
});
afterEach(() => folder[Symbol.dispose]());

/** Writes a file as the neighbour would. */
function theirs(name: string, content: string): void {
  writeFileSync(folder.file(name), content);
  chownSync(folder.file(name), nobody, nobody);
}

function theirFolder(name: string): void {
  mkdirSync(folder.file(name));
  chownSync(folder.file(name), nobody, nobody);
}

/** One of root's that all may write to, as /tmp is. */
function openFolder(name: string): void {
  mkdirSync(folder.file(name));
  chmodSync(folder.file(name), 0o1777);
}

async function conf(...args: readonly string[]) {
  return await runFetch(['conf', '--config', folder.file('pacman.conf'), ...args]);
}

async function download(...args: readonly string[]) {
  const all = ['--config', folder.file('pacman.conf'), ...args, '-o', folder.file('x'), `${mirror.origin}/x`];
  return await runFetch(all);
}

describe.skipIf(missing('root', 'linux'))('root takes no orders from a neighbour', () => {
  it('who flips two files beside pacman.conf, one of them a link to root’s', async () => {
    theirFolder('pacman.d');
    writeFileSync(folder.file('innocent'), '[options]\n');
    theirs('pacman.d/evil', '[options]\nUseSandbox = no\nXferCommand = /bin/evil %u\n');
    symlinkSync(folder.file('innocent'), folder.file('pacman.d/pacman-fetch.conf'));
    lchownSync(folder.file('pacman.d/pacman-fetch.conf'), nobody, nobody);
    const flip = fileURLToPath(new URL('../kit/flip.py', import.meta.url));
    const paths = ['evil', 'pacman-fetch.conf'].map((name) => folder.file('pacman.d', name));
    const neighbour = spawn('python3', ['-c', readFileSync(flip, 'utf8'), ...paths], {
      uid: nobody,
      gid: nobody,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(neighbour.stdout, 'data');
      for (let round = 0; round < 10; round++) {
        const { status, stdout } = await conf('UseSandbox');
        expect({ status, isOrdered: stdout.includes('no') }).toEqual({ status: 2, isOrdered: false });
      }
    } finally {
      neighbour.kill('SIGKILL');
    }
  }, 60_000);

  it('who wrote pacman.conf itself', async () => {
    theirs('pacman.conf', '[options]\nUseSandbox = no\n');
    const { status, stderr } = await download();
    expect({ status, exists: existsSync(folder.file('x')) }).toEqual({ status: 2, exists: false });
    expect(stderr).toContain('could not be read: it belongs to uid 65534');
    expect(stderr).toContain('"chown root"');
  });

  it.each([
    ['a file', 'theirs/own.conf', 'it belongs to uid 65534'],
    ['a pattern', 'theirs/*.conf', 'belongs to uid 65534'],
    ['a pattern above', '*/own.conf', 'it belongs to uid 65534'],
    ['what it would hide', 'theirs/*/none', 'belongs to uid 65534, so other users could change where the path leads'],
  ])('whose file an Include names by %s', async (_, include, why) => {
    theirFolder('theirs');
    theirs('theirs/own.conf', '[options]\nUseSandbox = no\n');
    writeFileSync(folder.file('pacman.conf'), `[options]\nInclude = ${folder.file(include)}\n`);
    const { status, stdout, stderr } = await conf('UseSandbox');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/pacman\.conf:2: config file .* could not be read: /);
    expect(stderr).toContain(why.replace('it ', ''));
  });

  it('who wrote the certificates to trust', async () => {
    const authority = makeAuthority(folder.path);
    expect(await download('--cacert', authority.file)).toMatchObject({ status: 0 });
    chownSync(authority.file, nobody, nobody);
    const { status, stderr } = await download('--cacert', authority.file);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('it belongs to uid 65534') });
  });

  it('who moved to a sticky directory what root once wrote elsewhere: a configuration, and certificates', async () => {
    theirFolder('theirs');
    openFolder('sticky');
    const move = async (name: string): Promise<void> => {
      const moved = await runProgram('mv', [folder.file('theirs', name), folder.file('sticky', name)], asNeighbour);
      expect(moved).toMatchObject({ status: 0 });
    };
    writeFileSync(folder.file('theirs/own.conf'), '[options]\nUseSandbox = no\n');
    const at = async (name: string) => await runFetch(['conf', '--config', folder.file(name), 'UseSandbox']);
    await move('own.conf');
    const { status, stdout, stderr } = await at('sticky/own.conf');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(`it lies in ${folder.file('sticky')}, which is writable for all`);
    // The twin: where nobody else could have moved it.
    renameSync(folder.file('sticky/own.conf'), folder.file('own.conf'));
    expect(await at('own.conf')).toMatchObject({ status: 0, stdout: 'no\n' });
    const { file } = makeAuthority(folder.path);
    renameSync(file, folder.file('theirs/ca.pem'));
    await move('ca.pem');
    const trusted = await download('--cacert', folder.file('sticky/ca.pem'));
    expect(trusted).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('which is writable for all') as string,
    });
  });

  it('but from a pipe that it was handed, and from root’s own links: the twins', async () => {
    const line = `exec "$0" "$1" conf --config <(printf '[options]\\nUseSandbox = yes\\n') UseSandbox`;
    const piped = await runProgram('bash', ['-c', line, process.execPath, program], { env: environment });
    expect(piped).toMatchObject({ status: 0, stdout: 'yes\n' });
    mkdirSync(folder.file('pacman.d'));
    writeFileSync(folder.file('elsewhere'), '[options]\nUseSandbox = yes\n');
    symlinkSync('../elsewhere', folder.file('pacman.d/pacman-fetch.conf'));
    expect(await conf('UseSandbox')).toMatchObject({ status: 0, stdout: 'yes\n' });
    chmodSync(folder.file('elsewhere'), 0o664);
    expect(await conf('UseSandbox')).toMatchObject({ status: 0, stdout: 'yes\n' });
  });

  it('while an ordinary user has its own files, and hears about a stranger’s', async () => {
    theirFolder('home');
    theirFolder('home/pacman.d');
    theirs('home/pacman.conf', '[options]\n');
    theirs('home/pacman.d/pacman-fetch.conf', '[options]\nUseSandbox = yes\n');
    const args = [program, 'conf', '--config', folder.file('home/pacman.conf'), 'UseSandbox'];
    const asNobody = async () =>
      await runProgram(process.execPath, args, { env: environment, uid: nobody, gid: nobody });
    expect(await asNobody()).toMatchObject({ status: 0, stdout: 'yes\n' });
    chownSync(folder.file('home/pacman.d/pacman-fetch.conf'), 1, 1);
    const { status, stderr } = await asNobody();
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringContaining('belongs to uid 1, who is neither root nor you'),
    });
  });
});

async function refresh(database: string) {
  const options = ['[options]', 'SandboxUser = nobody', `DBPath = ${folder.file(database)}`, 'SigLevel = Never'];
  writeFileSync(folder.file('pacman.conf'), [...options, '[test]', `Server = ${mirror.origin}`, ''].join('\n'));
  return await runFetch(['refresh', '--config', folder.file('pacman.conf')]);
}

describe.skipIf(missing('root', 'linux'))('root writes into nothing of a neighbour, and waits for none', () => {
  const report = (): string => folder.file('report');

  it('a report goes to its own file: the control', async () => {
    for (const lines of [1, 2]) {
      expect(await download('--report', report())).toMatchObject({ status: 0, stderr: '' });
      expect(readFileSync(report(), 'utf8').trimEnd().split('\n')).toHaveLength(lines);
    }
  });

  it.each([
    ['a file of the neighbour', () => theirs('report', 'theirs'), 'report', 'it belongs to uid 65534'],
    ['another name of root’s file', () => linkSync(folder.file('prize'), report()), 'report', 'other names'],
    ['a link', () => symlinkSync(folder.file('prize'), report()), 'report', 'It is a symbolic link'],
    [
      'a folder of the neighbour',
      () => theirFolder('theirs'),
      'theirs/in/report',
      'so other users could change where the path leads',
    ],
  ])('no report goes into %s', async (_, plant, name, why) => {
    writeFileSync(folder.file('prize'), 'prize');
    plant();
    if (name.includes('in/')) theirFolder('theirs/in');
    const before = existsSync(folder.file(name)) ? readFileSync(folder.file(name), 'utf8') : undefined;
    const { status, stderr } = await download('--report', folder.file(name));
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining(why) });
    expect(readFileSync(folder.file('prize'), 'utf8')).toBe('prize');
    expect(existsSync(folder.file(name)) ? readFileSync(folder.file(name), 'utf8') : undefined).toBe(before);
  });

  it('does not follow its own link that a neighbour moved to a sticky directory: -o goes nowhere', async () => {
    theirFolder('theirs');
    openFolder('sticky');
    mkdirSync(folder.file('etc'));
    symlinkSync(folder.file('etc'), folder.file('theirs/out'));
    const out = async (name: string) => {
      const config = ['--config', folder.file('pacman.conf')];
      return await runFetch([...config, '-o', folder.file(name, 'x.part'), `${mirror.origin}/x`]);
    };
    expect(await runProgram('mv', [folder.file('theirs/out'), folder.file('sticky/out')], asNeighbour)).toMatchObject({
      status: 0,
    });
    expect(await out('sticky/out')).toMatchObject({
      status: 4,
      stderr: expect.stringContaining('is a symbolic link in a directory that is writable for all') as string,
    });
    expect(readdirSync(folder.file('etc'))).toEqual([]);
    // The twin: where nobody else could have moved it.
    renameSync(folder.file('sticky/out'), folder.file('out'));
    expect(await out('out')).toMatchObject({ status: 0 });
    expect(readdirSync(folder.file('etc'))).toEqual(['x.part']);
  });

  it.each([
    ['a pipe in the place of the lock', 'db.lck', 'unable to lock database'],
    ['a pipe in the place of its draft', 'db.lck.new', 'db.lck.new is not a regular file'],
  ])('%s stops a refresh at once', async (_, name, why) => {
    openFolder('db');
    execFileSync('mkfifo', [folder.file('db', name)]);
    const { status, stderr } = await refresh('db');
    expect({ status, stderr }).toEqual({ status: 4, stderr: expect.stringContaining(why) });
  });

  it('the draft of a lock that a neighbour holds open', async () => {
    openFolder('db');
    theirs('db/db.lck.new', '');
    const { status, stderr } = await refresh('db');
    expect({ status, stderr }).toEqual({
      status: 4,
      stderr: expect.stringContaining('db.lck.new belongs to uid 65534'),
    });
    expect(readFileSync(folder.file('db/db.lck.new'), 'utf8')).toBe('');
  });

  it('no directory is made at a path that a neighbour controls', async () => {
    theirFolder('theirs');
    theirFolder('theirs/db');
    const { status, stderr } = await refresh('theirs/db');
    expect({ status, stderr }).toEqual({
      status: 4,
      stderr: expect.stringContaining('so other users could change where the path leads'),
    });
    expect(readdirSync(folder.file('theirs/db'))).toEqual([]);
  });

  it('the demonstration does not start in a temporary directory in which others may rename', async () => {
    chmodSync(folder.path, 0o777);
    const demo = program.replace('cli.cjs', 'demo.js');
    const { status, stderr } = await runProgram(process.execPath, [demo], {
      env: { ...environment, TMPDIR: folder.path },
    });
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('is writable for all') });
    expect(readdirSync(folder.path)).toEqual(['pacman.conf']);
  });
});
