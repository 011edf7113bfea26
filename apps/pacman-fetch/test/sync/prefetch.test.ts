import { once } from 'node:events';
import {
  appendFileSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { missing, runProgram, sandboxUser } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { eventually } from '../kit/fetch-program.js';
import { startMirror } from '../kit/mirror.js';
import { makeInstalledOlder } from './installed-older.js';
import type { Machine } from './machine.js';
import { makeScene, type Scene } from './scene.js';

let scene: Scene;

const targets = ['pkg1', 'pkg8', 'pkg10'];
const files = targets.map((name) => `${name}-1-1-any.pkg.tar.zst`);

/** What a descriptor of a process stands for; undefined for one that is closed by now. */
function leadsTo(pid: number | undefined, descriptor: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/fd/${descriptor}`);
  } catch {
    return undefined;
  }
}

function expectPackages({ cache }: Machine, expected: readonly string[] = files): void {
  expect(readdirSync(cache).toSorted()).toEqual([...expected].toSorted());
  for (const name of expected) {
    expect(readFileSync(join(cache, name)).equals(scene.repository.read(name)), name).toBe(true);
  }
}

/** Takes the SHA-256 of some packages out of a database. */
async function withoutSum(database: string, packages: string): Promise<void> {
  const script = `mkdir db && tar xf test.db -C db && sed -i /SHA256SUM/,+1d db/$2/desc && cd db && bsdtar cf "$1" *`;
  const made = await runProgram('sh', ['-ec', script, 'sh', database, packages], { cwd: scene.copy().folder });
  expect(made).toMatchObject({ status: 0 });
}

describe.skipIf(missing('root', 'linux', 'pacman', 'nginx', 'openssl', 'unshare', 'landlock6'))('prefetch', () => {
  beforeAll(async () => {
    scene = await makeScene();
  });
  afterAll(async () => await scene[Symbol.asyncDispose]());

  it('says where each file really begins, and for how long it comes', async () => {
    const machine = await scene.refreshed();
    const { stdout, status } = await machine.run('prefetch', '--json', ...targets);
    expect(status).toBe(0);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const starts = events.filter(({ event }) => event === 'start');
    expect(new Set(starts.map(({ name }) => name))).toEqual(new Set(files));
    for (const start of starts) expect(start).toMatchObject({ offset: 0, elapsed: expect.any(Number) as number });
  });

  it('hears a signal while it sums what the owner of its cache has put there', async () => {
    const machine = await scene.refreshed();
    const [file = ''] = files;
    const path = join(machine.cache, file);
    chownSync(machine.cache, sandboxUser.uid, sandboxUser.gid);
    // No block of the disk, and more than a minute of summing.
    await runProgram('truncate', ['--size=64G', path], sandboxUser);
    const child = machine.start('prefetch', 'pkg1');
    const ended = once(child, 'exit');
    await eventually('the sum', () =>
      readdirSync(`/proc/${child.pid}/fd`).some((name) => leadsTo(child.pid, name) === path),
    );
    child.kill('SIGINT');
    const late = setTimeout(() => child.kill('SIGKILL'), 8000);
    expect(await ended).toEqual([130, null]);
    clearTimeout(late);
    // The twin: one that is larger than any package is replaced, and not summed.
    truncateSync(path, 64 * 1024 ** 3 + 1);
    expect(await machine.run('prefetch', 'pkg1')).toMatchObject({ status: 0, stderr: '' });
    expectPackages(machine, [file]);
  }, 60_000);

  it.each(['http', 'https', 'file'] as const)(
    'brings by %s what pacman then installs without a network',
    async (scheme) => {
      const { repository, nginx } = scene;
      const server = scheme === 'file' ? `file://${repository.folder}` : nginx[scheme];
      const machine = await scene.refreshed({ servers: [server], signedBy: repository });
      // The control: without the packages pacman can't.
      expect((await machine.pacmanWithoutNetwork('-Sw', ...targets)).status).toBe(scheme === 'file' ? 0 : 1);
      for (const name of readdirSync(machine.cache)) rmSync(join(machine.cache, name), { recursive: true });
      expect(await machine.run('prefetch', ...targets)).toMatchObject({ status: 0, stderr: '' });
      expectPackages(
        machine,
        files.flatMap((name) => [name, `${name}.sig`]),
      );
      const { uid, mode } = statSync(join(machine.cache, files[0] ?? ''));
      expect({ uid, mode: mode & 0o777 }).toEqual({ uid: 0, mode: 0o644 });
      scene.asked();
      const installed = await machine.pacmanWithoutNetwork('-S', ...targets);
      expect(installed.status, installed.stderr).toBe(0);
      expect((await machine.pacman('-Q')).stdout.split('\n').filter(Boolean)).toHaveLength(targets.length);
      expect(scene.asked()).toEqual([]);
    },
  );

  it('does not download what is complete in any cache directory, and downloads again what is not', async () => {
    const machine = await scene.refreshed();
    await machine.run('prefetch', ...targets);
    scene.asked();
    expect(await machine.run('prefetch', ...targets)).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(scene.asked()).toEqual([]);
    const [first = ''] = files;
    appendFileSync(join(machine.cache, first), 'x');
    expect(await machine.run('prefetch', ...targets)).toMatchObject({ status: 0 });
    expect(scene.asked()).toEqual([`200 /${first}`]);
    expectPackages(machine);

    const second = `${machine.cache}2`;
    mkdirSync(second);
    appendFileSync(machine.config, `[options]\nCacheDir = ${second}\n`);
    writeFileSync(join(second, first), readFileSync(join(machine.cache, first)));
    rmSync(join(machine.cache, first));
    expect(await machine.run('prefetch', ...targets)).toMatchObject({ status: 0 });
    expect(scene.asked()).toEqual([]);
  });

  it('begins with the largest', async () => {
    const machine = await scene.refreshed({ options: ['ParallelDownloads = 1'] });
    const before = scene.nginx.log().length;
    expect(await machine.run('prefetch', ...targets)).toMatchObject({ status: 0 });
    // One at a time, so the server's log has them in the order in which they were asked for.
    const asked = scene.nginx.log().slice(before);
    expect(asked.map((line) => line.split(' ')[1])).toEqual(files.toReversed().map((name) => `/${name}`));
  });

  it('reports everything with --json', async () => {
    const machine = await scene.refreshed();
    const { stdout } = await machine.run('prefetch', '--json', ...targets);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; name: string });
    const bytes = files.reduce((sum, name) => sum + scene.repository.read(name).length, 0);
    expect(events[1]).toEqual({ event: 'total', files: 3, size: bytes });
    for (const kind of ['start', 'done']) {
      const told = events.filter(({ event }) => event === kind).map(({ name }) => name);
      expect(told.toSorted(), kind).toEqual(files.toSorted());
    }
  });

  it('resumes an existing part', async () => {
    const machine = await scene.refreshed();
    const name = files[2] ?? '';
    const whole = scene.repository.read(name);
    writeFileSync(join(machine.cache, `${name}.part`), whole.subarray(0, 1_000_000));
    expect(await machine.run('prefetch', 'pkg10')).toMatchObject({ status: 0, stderr: '' });
    expectPackages(machine, [name]);
  });

  it.each([
    ['a part that is whole', '.part'],
    ['another file of that name', ''],
  ])('takes no more than the package may be where there is %s', async (_what, suffix) => {
    const [name = ''] = files;
    const whole = scene.repository.read(name);
    let sent = 0;
    // Says no length, so that only a bound can end it.
    await using server = await startMirror(
      {},
      {
        [`/${name}`]: (_request, response) => {
          const piece = Buffer.alloc(65_536);
          const more = (error?: Error | null): void => {
            // Newer Nodes say by an error alone that nobody reads any more.
            if (error) return;
            sent += piece.length;
            if (sent < 100_000_000 && !response.destroyed) response.write(piece, more);
            else response.end();
          };
          response.writeHead(200);
          more();
        },
      },
    );
    const machine = await scene.refreshed({ options: ['ParallelDownloads = 1'] });
    writeFileSync(machine.config, readFileSync(machine.config, 'utf8').replaceAll(scene.nginx.http, server.origin));
    const there = `${name}${suffix}`;
    writeFileSync(join(machine.cache, there), Buffer.alloc(whole.length + 10, 'x'));
    const { status, stderr } = await machine.run('prefetch', 'pkg1');
    expect(status).toBe(1);
    expect(stderr).toMatch(/: The file is larger than \d+ bytes$/m);
    expect(sent).toBeLessThan(20_000_000);
    // The twin: an honest mirror has it replaced.
    writeFileSync(machine.config, readFileSync(machine.config, 'utf8').replaceAll(server.origin, scene.nginx.http));
    expect(await machine.run('prefetch', 'pkg1')).toMatchObject({ status: 0, stderr: '' });
    expectPackages(machine, [name]);
  });

  it('takes from another mirror what the first has spoilt, and nothing spoilt in any case', async () => {
    const broken = scene.copy();
    const [first = ''] = files;
    const good = scene.repository.read(first);
    writeFileSync(join(broken.folder, first), Buffer.alloc(good.length, 'x'));
    const lucky = await scene.refreshed({ servers: [broken.url, scene.nginx.http] });
    const result = await lucky.run('prefetch', ...targets);
    expect(result.status).toBe(0);
    expect(result.stderr).toMatch(/^error: failed retrieving file 'pkg1-.*' from disk : .*SHA-256/m);
    expectPackages(lucky);

    const unlucky = await scene.refreshed({ servers: [broken.url] });
    const { status, stderr } = await unlucky.run('prefetch', ...targets);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: failed to retrieve 1 of 3 packages\n {7}Complete files stay in /m);
    expectPackages(unlucky, files.slice(1));
  });

  it("gives pacman's words for unknown targets", async () => {
    const machine = await scene.refreshed();
    expect(await machine.run('prefetch', 'nothing')).toMatchObject({
      status: 1,
      stderr: 'error: target not found: nothing\n',
    });
    expect(await machine.run('prefetch')).toMatchObject({ status: 2 });
    expect(existsSync(join(machine.database, 'db.lck'))).toBe(false);
  });

  it('finds out what is needed where a database has no SHA-256, by which pacman crashes', async () => {
    const machine = await scene.refreshed();
    await withoutSum(join(machine.database, 'sync/test.db'), '*');
    // The control: so it is asked.
    const crashed = await machine.pacman('-S', '--print', '--print-format', '%h', ...targets);
    expect(crashed.signal).toBe('SIGSEGV');
    const result = await machine.run('prefetch', ...targets);
    expect(result).toMatchObject({
      status: 0,
      stderr: `warning: the database has no SHA-256 for these files, so only their size is checked: ${files.toSorted().join(', ')}\n`,
    });
    expectPackages(machine);
  });

  it('checks the SHA-256 of all others where a database lacks that of one package', async () => {
    const broken = scene.copy();
    const [first = '', second = ''] = files;
    for (const name of [first, second]) {
      writeFileSync(join(broken.folder, name), Buffer.alloc(scene.repository.read(name).length, 'x'));
    }
    const machine = await scene.refreshed({ servers: [broken.url, scene.nginx.http] });
    await withoutSum(join(machine.database, 'sync/test.db'), 'pkg8-*');
    // The control: so it is asked.
    const crashed = await machine.pacman('-S', '--print', '--print-format', '%h', ...targets);
    expect(crashed.signal).toBe('SIGSEGV');
    const { status, stderr } = await machine.run('prefetch', ...targets);
    expect(status).toBe(0);
    expect(stderr).toContain(
      `warning: the database has no SHA-256 for these files, so only their size is checked: ${second}\n`,
    );
    expect(stderr).toMatch(/^error: failed retrieving file 'pkg1-.*' from disk : .*SHA-256/m);
    expect(readFileSync(join(machine.cache, first)).equals(scene.repository.read(first))).toBe(true);
    // The control: what the warning says.
    expect(readFileSync(join(machine.cache, second)).equals(scene.repository.read(second))).toBe(false);
  });

  it('leaves out with --needed what is installed', async () => {
    const machine = await scene.refreshed();
    expect(await machine.pacman('-S', 'pkg1')).toMatchObject({ status: 0 });
    rmSync(join(machine.cache, files[0] ?? ''));
    expect(await machine.run('prefetch', '--needed', 'pkg1')).toMatchObject({ status: 0, stderr: '' });
    expectPackages(machine, []);
    expect(await machine.run('prefetch', 'pkg1')).toMatchObject({ status: 0, stderr: '' });
    expectPackages(machine, files.slice(0, 1));
  });

  it('warns once of what is odd in pacman.conf', async () => {
    const machine = await scene.refreshed();
    appendFileSync(machine.config, '[options]\nNonsense = 1\n');
    for (const [target, status] of [
      ['pkg1', 0],
      ['nothing', 1],
    ] as const) {
      const result = await machine.run('prefetch', target);
      expect(result.status).toBe(status);
      expect(result.stderr.match(/'Nonsense' in section 'options' not recognized/g)).toHaveLength(1);
    }
  });

  it('takes no target for an option of pacman', async () => {
    const machine = await scene.refreshed();
    expect(await machine.run('prefetch', '--', '--needed')).toMatchObject({
      status: 1,
      stderr: 'error: target not found: --needed\n',
    });
  });

  it('fetches what an upgrade needs with -u', async () => {
    const machine = await scene.refreshed();
    expect(await machine.run('prefetch', '-u')).toMatchObject({ status: 0, stdout: '' });
    // What is installed is older than what the repository has.
    await machine.pacman('-S', 'pkg1');
    makeInstalledOlder(machine, 'pkg1');
    rmSync(join(machine.cache, files[0] ?? ''));
    expect(await machine.run('prefetch', '-u')).toMatchObject({ status: 0, stderr: '' });
    expectPackages(machine, files.slice(0, 1));
    expect(await machine.pacmanWithoutNetwork('-Su')).toMatchObject({ status: 0 });
    expect((await machine.pacman('-Q')).stdout).toBe('pkg1 1-1\n');
  });
});
