import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { fewOrMany, makeAuthority, missing, someOf, temporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Nginx, startNginx } from './nginx.js';
import { type Observation, observeConnections } from './observed.js';
import { expectMadeBy, Pacman, type PacmanOptions } from './pacman.js';
import { makeRepository, type Repository } from './repository.js';

const user = 'nobody';

/** A tiny package, one of 100 kB and the largest; `npm run test:long` takes all of them every time. */
const some = ['pkg0', 'pkg5', 'pkg10'].map((name) => `${name}-1-1-any.pkg.tar.zst`);
const folder = temporaryFolder();
let repository: Repository;
let nginx: Nginx;
let cacert: string;
let count = 0;
let downloads = 0;
const isLong = fewOrMany(0, 1) === 1;

/** A new pacman of its own for each case. */
function pacman(options: Omit<PacmanOptions, 'folder' | 'cacert'>): Pacman {
  const own = folder.file(`pacman${count++}`);
  mkdirSync(own);
  return new Pacman({ ...options, folder: own, cacert });
}

const idOf = (flag: string): number => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
const four = (id: number): readonly number[] => [id, id, id, id];

/** Of the process that starts pacman: what an ordinary user has of it can't be taken away without CAP_SETPCAP. */
function wholeBoundingSet(): string {
  return /^CapBnd:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '';
}

/** Owner, mode and content of every file of a folder. */
function filesIn(path: string): Record<string, { uid: number; gid: number; mode: string; bytes: Buffer }> {
  return Object.fromEntries(
    readdirSync(path).map((name) => {
      const { uid, gid, mode } = statSync(join(path, name));
      return [name, { uid, gid, mode: (mode & 0o7777).toString(8), bytes: readFileSync(join(path, name)) }];
    }),
  );
}

describe.skipIf(missing('root', 'linux', 'pacman', 'nginx', 'openssl'))('a real pacman with XferCommand', () => {
  beforeAll(async () => {
    const authority = makeAuthority(folder.path);
    cacert = authority.file;
    repository = makeRepository(folder.path);
    nginx = await startNginx(folder.path, repository.folder, authority.issue('nginx', 'IP:127.0.0.1'));
  });
  afterAll(async () => {
    await nginx[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  const cases = (['http', 'https'] as const).flatMap((scheme) =>
    [false, true].flatMap((isSigned) =>
      [false, true].map((hasDownloadUser) => ({ scheme, isSigned, hasDownloadUser })),
    ),
  );

  it.each(someOf(cases))(
    'refreshes and downloads by $scheme (signed: $isSigned, DownloadUser: $hasDownloadUser)',
    async ({ scheme, isSigned, hasDownloadUser }) => {
      const own = pacman({
        server: nginx[scheme],
        ...(isSigned ? { signedBy: repository } : {}),
        ...(hasDownloadUser ? { downloadUser: user } : { sandboxUser: user }),
      });
      const refreshed = await own.run('-Sy');
      expect(refreshed.status, refreshed.stdout + refreshed.stderr).toBe(0);
      expect(readFileSync(join(own.database, 'sync', 'test.db')).equals(repository.read('test.db'))).toBe(true);
      // Every size in one of the ways, and each of the others with a few.
      const isWhole = isLong || (scheme === 'https' && !isSigned);
      const packages = isWhole ? repository.packages : some;
      const names = packages.map((file) => file.replace(/-1-1-any.*/, ''));
      const downloaded = await own.run('-Sw', ...names);
      expect(downloaded.status, downloaded.stdout + downloaded.stderr).toBe(0);

      const expected = packages.flatMap((name) => (isSigned ? [name, `${name}.sig`] : [name]));
      const files = filesIn(own.cache);
      expect(Object.keys(files)).toEqual(expected.toSorted());
      for (const name of expected) {
        expect({ name, ...files[name], bytes: undefined }).toEqual({
          name,
          uid: 0,
          gid: 0,
          mode: '644',
          bytes: undefined,
        });
        expect(files[name]?.bytes.equals(repository.read(name)), name).toBe(true);
      }

      const reports = own.reports();
      expect(reports.length).toBe(expected.length + (isSigned ? 2 : 1));
      downloads += reports.length;
      const state = hasDownloadUser ? 'already' : 'enforced';
      for (const { verified, features, status } of reports) {
        expectMadeBy(verified, idOf('-u'), idOf('-g'));
        expect(verified).toMatchObject({ seccomp: 2 });
        const states = Object.fromEntries(features.map((line) => [`${line.layer}.${line.feature}`, line.state]));
        expect(states).toMatchObject({
          'privdrop.user': state,
          'privdrop.group': state,
          'privdrop.groups': state,
          'caps.no_new_privs': 'enforced',
          // The user that pacman starts it as can't empty it, and it says so.
          'caps.bounding': hasDownloadUser ? 'unsupported' : 'enforced',
          'landlock.fs.write_file': 'enforced',
          'landlock.net.connect_tcp': 'enforced',
          'seccomp.filter': 'enforced',
        });
        // Nothing follows from that for who has no capability.
        expect(status).toBe('full');
      }
    },
    180_000,
  );

  it('was asked for every file that the server sent', () => {
    const log = nginx.log();
    expect(downloads).toBeGreaterThan(repository.packages.length + 4 * some.length);
    expect(log.length).toBe(downloads);
    for (const line of log) expect(line).toMatch(/^200 \S+ pacman\/7/);
  });

  it.each([false, true])(
    'downloads as the sandbox user, seen from outside (DownloadUser: %s)',
    async (hasDownloadUser) => {
      const server = `${nginx.http}/slow`;
      const own = pacman({ server, ...(hasDownloadUser ? { downloadUser: user } : { sandboxUser: user }) });
      expect(await own.run('-Sy')).toMatchObject({ status: 0 });
      const seen: Observation[] = [];
      const timer = setInterval(() => seen.push(...observeConnections(Number(new URL(nginx.http).port))), 20);
      const result = await own.run('-Sw', 'pkg10', 'pkg9');
      clearInterval(timer);
      expect(result).toMatchObject({ status: 0 });
      const threads = seen.flatMap((observation) => observation.threads);
      expect(threads.length).toBeGreaterThan(20);
      const ids = [four(idOf('-u')), four(idOf('-g'))].map((list) => list.join('\t'));
      // Uid, Gid, Groups, CapEff, CapBnd, NoNewPrivs, Seccomp.
      const none = '0'.repeat(16);
      const bounding = hasDownloadUser ? wholeBoundingSet() : none;
      expect(new Set(threads)).toEqual(new Set([`${ids[0]} | ${ids[1]} |  | ${none} | ${bounding} | 1 | 2`]));
      expect(new Set(seen.map(({ socketUid }) => socketUid))).toEqual(new Set([idOf('-u')]));
    },
  );

  it('works by the documented two lines in /etc/pacman.conf', async () => {
    const own = pacman({ server: nginx.http, downloadUser: user });
    const result = await own.runWithSystemConfig('-Sy');
    expect(result.stderr).toBe('');
    expect(result.status).toBe(0);
    expect(readFileSync(join(own.database, 'sync', 'test.db')).equals(repository.read('test.db'))).toBe(true);
    // Without --report in that line nothing is reported; the log of the server tells that it was asked.
    expect(nginx.log().at(-1)).toMatch(/^200 \/test\.db /);
  });

  it('tells pacman of a missing file, and pacman the user', async () => {
    const own = pacman({ server: `${nginx.http}/absent`, sandboxUser: user });
    const { status, stderr } = await own.run('-Sy');
    expect(status).not.toBe(0);
    expect(stderr).toContain("error: failed retrieving file 'test.db' from 127.0.0.1");
    expect(stderr).toContain('404');
    expect(readdirSync(join(own.database, 'sync'))).toEqual([]);
  });
});
