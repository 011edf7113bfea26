import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import { missing, runProgram } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { environment, program } from '../kit/fetch-program.js';
import { type Route, startMirror } from '../kit/mirror.js';
import { processMark } from '../../src/process-mark.js';
import type { Machine } from './machine.js';
import { makeScene, type Scene } from './scene.js';

let scene: Scene;

const sync = ({ database }: Machine): string => join(database, 'sync');
/** What begins as an archive, and is none. */
const brokenArchive = Buffer.concat([Buffer.from('1f8b0800', 'hex'), Buffer.alloc(100, 'x')]);

/** What a network answers whatever it is asked for. */
const page: Route = (_, response) =>
  void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Please log in.</html>');

const databases = (machine: Machine): readonly string[] => readdirSync(sync(machine)).toSorted();

describe.skipIf(missing('root', 'linux', 'pacman', 'nginx', 'openssl', 'landlock6'))('pacman-fetch refresh', () => {
  beforeAll(async () => {
    scene = await makeScene();
  });
  afterAll(async () => await scene[Symbol.asyncDispose]());

  it.each(['http', 'https', 'file'] as const)('brings a signed database by %s, as pacman does', async (scheme) => {
    const { repository, nginx } = scene;
    const server = scheme === 'file' ? `file://${repository.folder}` : nginx[scheme];
    const [ours, theirs] = [scene.machine({ servers: [server], signedBy: repository }), scene.machine()];
    expect(await ours.run('refresh')).toMatchObject({ status: 0, stderr: '' });
    expect(await theirs.pacman('-Sy')).toMatchObject({ status: 0 });
    expect(databases(ours)).toEqual(['test.db', 'test.db.sig']);
    const [our, their] = [ours, theirs].map((machine) => join(sync(machine), 'test.db'));
    expect(readFileSync(our ?? '').equals(readFileSync(their ?? ''))).toBe(true);
    const [mine, its] = [statSync(our ?? ''), statSync(their ?? '')];
    expect({ uid: mine.uid, mode: mine.mode & 0o777 }).toEqual({ uid: 0, mode: 0o644 });
    // pacman has whole seconds of a local file.
    expect(Math.floor(mine.mtimeMs / 1000)).toBe(Math.floor(its.mtimeMs / 1000));
    expect(await ours.pacman('-Sl')).toMatchObject({ status: 0, stderr: '' });
  });

  it('asks only for what has changed, and for the signature in any case', async () => {
    const machine = scene.machine({ signedBy: scene.repository });
    await machine.run('refresh');
    scene.asked();
    const again = await machine.run('refresh');
    expect(again.stdout).toContain('\n test is up to date\n');
    expect(scene.asked()).toEqual([expect.stringContaining('304 /test.db'), expect.stringMatching(/\/test\.db\.sig$/)]);
    expect(await machine.run('refresh', '--force')).toMatchObject({ status: 0 });
    expect(scene.asked()).toEqual(expect.arrayContaining(['200 /test.db']));
    // pacman takes it for its own.
    scene.asked();
    expect(await machine.pacman('-Sy')).toMatchObject({ status: 0 });
    expect(scene.asked()).toContain('304 /test.db');
  });

  it('brings the lists of files with -F', async () => {
    const machine = scene.machine();
    expect(await machine.run('refresh', '-F', 'test')).toMatchObject({ status: 0 });
    expect(databases(machine)).toEqual(['test.files']);
    expect((await machine.pacman('-Fl', 'pkg0')).stdout).toContain('pkg0 usr/share/pkg0/data');
    // Whether the database can be used has nothing to do with it.
    writeFileSync(join(sync(machine), 'test.db'), 'no database');
    expect(await machine.run('refresh', '-F', '--force')).toMatchObject({ status: 0, stderr: '' });
  });

  it.each([
    ['is killed', 'kill -9 $$', '', 'a signal', 'Run the command again.'],
    ['ends without a word', 'exit 127', '', '127', 'Run the command again.'],
    [
      'cannot begin',
      "printf 'warning: w\\nerror: failed:\\n(root: /x)\\nnot there\\n' >&2; exit 255",
      'error: failed:\n(root: /x)\nnot there\n',
      '255',
      'Correct what pacman reports, and run the command again.',
    ],
  ])('takes no database for good or bad where the pacman that looks at it %s', async (_, script, said, end, hint) => {
    // The first one is asked about what was downloaded, the others about what is there.
    const machine = end === 'a signal' ? scene.machine() : await scene.refreshed();
    scene.asked();
    const stub = join(dirname(machine.config), 'bin');
    mkdirSync(stub);
    writeFileSync(join(stub, 'pacman'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const args = [program, 'refresh', '--config', machine.config];
    const env = { ...environment, PATH: `${stub}:${environment.PATH}` };
    const { status, stderr } = await runProgram(process.execPath, args, { env });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `${said}error: pacman -Slq, which checks the databases, ended with ${end}\n       ${hint}\n`,
    });
    // Nothing is downloaded a second time.
    expect(scene.asked()).toEqual([`${end === 'a signal' ? 200 : 304} /test.db`]);
  });

  it('adds nothing to what a link in the place of pacman.log leads to', async () => {
    const machine = scene.machine();
    const at = (name: string) => join(dirname(machine.config), name);
    writeFileSync(at('precious'), 'kept');
    symlinkSync(at('precious'), at('pacman.log'));
    const { status, stderr } = await machine.run('refresh');
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringMatching(
        /^warning: cannot log this refresh: .*pacman\.log.*\n {7}It is a symbolic link, .*\n$/,
      ) as string,
    });
    expect(readFileSync(at('precious'), 'utf8')).toBe('kept');
  });

  it('refuses a repository that is not there', async () => {
    const { status, stderr } = await scene.machine().run('refresh', 'tets');
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: 'error: unknown repository tets\n       Did you mean test?\n',
    });
  });

  it('keeps what was there if no server has it, and says so', async () => {
    const machine = scene.machine({ servers: [`${scene.nginx.http}/absent`] });
    const file = join(sync(machine), 'test.db');
    const good = scene.copy();
    await scene.machine().run('refresh');
    expect((await machine.run('refresh')).status).toBe(1);
    expect(databases(machine)).toEqual([]);
    writeFileSync(file, readFileSync(join(good.folder, 'test.db')));
    const { status, stderr } = await machine.run('refresh');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: failed retrieving file 'test\.db' from 127\.0\.0\.1:\d+ : .*404/);
    expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(3);
    expect(existsSync(file)).toBe(true);
  });

  it('reports a database that pacman can not use: not an archive, or with an invalid signature', async () => {
    const broken = scene.copy();
    writeFileSync(join(broken.folder, 'test.db'), brokenArchive);
    const machine = scene.machine({ servers: [broken.url] });
    // The second time it is up to date, which makes it no better.
    for (const _ of ['once', 'again']) {
      const unsigned = await machine.run('refresh');
      expect(unsigned).toMatchObject({ status: 1, stderr: expect.stringMatching(/^error: .*test\.db.*\n$/) as string });
    }
    const signed = await scene.machine({ servers: [broken.url], signedBy: scene.repository }).run('refresh');
    expect(signed).toMatchObject({ status: 1, stderr: expect.stringMatching(/^error: .*signature/) as string });
  });

  it('asks again for one that is up to date, and that pacman can not use', async () => {
    const server = scene.copy();
    const file = join(server.folder, 'test.db');
    const good = readFileSync(file);
    const machine = scene.machine({ servers: [server.url] });
    writeFileSync(file, brokenArchive);
    const { mtime } = statSync(file);
    expect(await machine.run('refresh')).toMatchObject({ status: 1 });
    writeFileSync(file, good);
    utimesSync(file, mtime, mtime);
    const { status, stdout, stderr } = await machine.run('refresh');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(':: Downloading unusable databases again...\n');
    expect(readFileSync(join(sync(machine), 'test.db')).equals(good)).toBe(true);
    // The twin: a good one that is up to date stays.
    expect((await machine.run('refresh')).stdout).not.toContain('again');
  });

  it.each([[], ['Required TrustedOnly']])(
    'takes no page for a database, as of a network that wants a login',
    async (...level) => {
      const portal = await startMirror(
        {},
        Object.fromEntries(['/test.db', '/test.db.sig'].map((path) => [path, page])),
      );
      try {
        const signed = level.length > 0 ? { signedBy: scene.repository } : {};
        const machine = scene.machine({ servers: [portal.origin], ...signed });
        const good = scene.repository.read('test.db');
        mkdirSync(sync(machine));
        writeFileSync(join(sync(machine), 'test.db'), good);
        const { status, stderr } = await machine.run('refresh', '--force');
        expect(status).toBe(1);
        expect(stderr).toContain(`from ${portal.host} : `);
        expect(stderr).toContain('may be a login page');
        expect(databases(machine)).toEqual(['test.db']);
        expect(readFileSync(join(sync(machine), 'test.db')).equals(good)).toBe(true);
        // The twin: the next one in the list has it.
        const other = scene.machine({ servers: [portal.origin, scene.nginx.http], ...signed });
        expect(await other.run('refresh')).toMatchObject({ status: 0 });
        expect(await other.pacman('-Sl')).toMatchObject({ status: 0, stderr: '' });
      } finally {
        await portal[Symbol.asyncDispose]();
      }
    },
  );

  it('names the signature that a server lacks, of each database', async () => {
    const database = scene.repository.read('test.db');
    const mirror = await startMirror({ '/test.db': database, '/more.db': database });
    try {
      const machine = scene.machine({ servers: [mirror.origin], options: ['SigLevel = DatabaseRequired'] });
      appendFileSync(machine.config, `[more]\nServer = ${mirror.origin}\n`);
      const { status, stderr } = await machine.run('refresh');
      expect(status).toBe(1);
      for (const name of ['test', 'more']) {
        expect(stderr).toMatch(
          new RegExp(`^error: failed retrieving file '${name}.db.sig' from ${mirror.host} : .*404`, 'm'),
        );
      }
    } finally {
      await mirror[Symbol.asyncDispose]();
    }
  });

  it('takes no page for an optional signature', async () => {
    const portal = await startMirror({ '/test.db': scene.repository.read('test.db') }, { '/test.db.sig': page });
    try {
      const machine = scene.machine({ servers: [portal.origin], options: ['SigLevel = Optional'] });
      expect(await machine.run('refresh')).toMatchObject({ status: 0 });
      expect(databases(machine)).toEqual(['test.db']);
    } finally {
      await portal[Symbol.asyncDispose]();
    }
  });

  it('has nothing to do where no repository is for it, as pacman', async () => {
    const [ours, theirs] = [scene.machine(), scene.machine()];
    for (const { config } of [ours, theirs]) appendFileSync(config, 'Usage = Install\n');
    scene.asked();
    const { status } = await theirs.pacman('-Sy');
    expect(await ours.run('refresh')).toMatchObject({ status, stderr: '' });
    expect(status).toBe(0);
    expect(scene.asked()).toEqual([]);
  });

  it('keeps a good one from being called bad, and a bad one from being called good, beside others', async () => {
    const broken = scene.copy();
    writeFileSync(join(broken.folder, 'bad.db'), brokenArchive);
    const machine = scene.machine({ servers: [broken.url] });
    appendFileSync(machine.config, `[bad]\nServer = ${broken.url}\n[none]\nServer = ${broken.url}\n`);
    const { status, stderr } = await machine.run('refresh');
    expect(status).toBe(1);
    expect(databases(machine)).toEqual(['bad.db', 'test.db']);
    expect(stderr).toContain('(1 of 3 could not be refreshed)');
    expect(stderr.match(/bad\.db/g)).toHaveLength(1);
    expect(await machine.pacman('-Sl', 'test')).toMatchObject({ status: 0 });
  });

  it('says where somebody else would have to run it', async () => {
    const { config, database } = scene.machine();
    const args = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, program, 'refresh'];
    const result = await runProgram('setpriv', [...args, '--config', config], { env: environment });
    expect(result).toMatchObject({
      status: 4,
      stderr: `error: cannot create ${join(database, 'sync')}: EACCES (permission denied)\n       Run the command as root.\n`,
    });
  });

  it('takes no database that is larger than pacman takes', async () => {
    const large = scene.copy();
    truncateSync(join(large.folder, 'test.db'), 128 * 1024 * 1024 + 1);
    const machine = scene.machine({ servers: [large.url] });
    const { status, stderr } = await machine.run('refresh');
    expect(status).toBe(1);
    expect(stderr).toContain("failed retrieving file 'test.db' from disk");
    expect(databases(machine)).toEqual([]);
  });

  it("holds pacman's lock, and takes over only one that it has left behind itself", async () => {
    const machine = scene.machine();
    const lock = join(machine.database, 'db.lck');
    writeFileSync(lock, '');
    expect(await machine.run('refresh')).toMatchObject({
      status: 4,
      stderr: expect.stringContaining('unable to lock database') as string,
    });
    expect(existsSync(lock)).toBe(true);
    // Of a process that is alive, and of one in another container: neither can be said to be gone.
    const ours = processMark();
    for (const mark of [ours, `${process.pid}-1-1`]) {
      writeFileSync(lock, `pacman-fetch ${mark}\n`);
      expect(await machine.run('refresh')).toMatchObject({ status: 4 });
    }
    const abandoned = `pacman-fetch ${ours.replace(/-\d+-/, '-1-')}\n`;
    writeFileSync(lock, abandoned);
    expect(await machine.run('refresh')).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(lock)).toBe(false);
    // pacman would wait for it as well.
    writeFileSync(lock, abandoned);
    expect(await machine.pacman('-Sw', 'pkg1')).toMatchObject({ status: 1 });
    expect(await machine.run('prefetch', 'pkg1')).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(lock)).toBe(false);
  });
});
