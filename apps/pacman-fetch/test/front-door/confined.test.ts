/* What the process that downloads can't do, attempted from inside, and the kernel's word about each of its threads. */
import { chownSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';

import { bundleFixture, holdsUpAddon, missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type Mirror, startMirror } from '../kit/mirror.js';
import { installWith, onlyFamily, StandIn, starter } from '../kit/stand-in.js';

const nobody = 65_534;
const content = Buffer.alloc(100_000, 'x');
const outer = temporaryFolder();
let attacked: string;
let mirror: Mirror;
let folder: TemporaryFolder;

beforeAll(async () => {
  mirror = await startMirror({ '/x.pkg': content });
  mkdirSync(outer.file('lib'));
  attacked = installWith(
    outer.file('lib'),
    bundleFixture(new URL('fixtures/from-inside.ts', import.meta.url), 'external'),
  );
});
afterAll(async () => {
  await mirror[Symbol.asyncDispose]();
  outer[Symbol.dispose]();
});
beforeEach(async () => {
  folder = temporaryFolder();
  mkdirSync(folder.file('cache'));
  mkdirSync(folder.file('addon'));
  await holdsUpAddon(folder.file('addon/holds-up.node'));
  writeFileSync(folder.file('pacman.conf'), `[options]\nSandboxUser = nobody\nUseSandbox = yes\n${readable()}`);
});
afterEach(() => folder[Symbol.dispose]());

/** What it attempts some of its deeds with. */
const readable = (): string => `SandboxReadable = ${folder.file('addon')}\n`;

const words = (start: string): readonly string[] => {
  const args = [
    '--config',
    folder.file('pacman.conf'),
    '-o',
    folder.file('cache/x.pkg.part'),
    `${mirror.origin}/x.pkg`,
  ];
  return ['bash', '-c', `exec 50</etc/hosts; exec "$@"`, 'bash', start, ...args];
};

const denied = {
  'write beside FILE': 'EACCES',
  'write to FILE': 'EACCES',
  'write to /tmp': 'EACCES',
  'read /etc/shadow': 'EACCES',
  "read the keeper's environment": 'EACCES',
  'signal the keeper': 'EPERM',
  'connect to another port': 'EACCES',
  'connect to the keeper': 'EAFNOSUPPORT',
  'connect to an abstract socket': 'EAFNOSUPPORT',
  listen: 'EPERM',
  'start a program': 'EPERM',
  'become root': 'EPERM',
  'see the environment': 'ABSENT',
  'use an inherited descriptor': 'EBADF',
  'open its requests again, to write': 'EACCES',
  'open its answers again, to read': 'EACCES',
  'send a descriptor': 'ENOTSOCK',
  splice: 'EPERM',
  sendfile: 'EPERM',
  vmsplice: 'EPERM',
  tee: 'EPERM',
  'twin: connect to its own port': 'OK',
  'twin: read /etc/hosts': 'OK',
};

/** Where pacman is the same user, the pipes are that one's: what it says and hears itself is all that it gets by them. */
const ownPipes = { 'open its requests again, to write': 'OK', 'open its answers again, to read': 'OK' };

describe.skipIf(missing('root', 'linux', 'landlock6'))('the process that downloads for front doors', () => {
  it.each([
    ['root', undefined],
    ['its DownloadUser', nobody],
  ])('can do nothing from inside but download, started by a pacman that is %s', async (_who, uid) => {
    if (uid !== undefined) {
      chownSync(folder.file('cache'), uid, uid);
      // Who is an ordinary user can't empty the bounding set.
      writeFileSync(folder.file('pacman.conf'), `[options]\n${readable()}`);
    }
    await using pacman = new StandIn({ ...(uid === undefined ? {} : { uid }), env: { SB_SECRET: 'x' } });
    const { status, said } = await pacman.run(...words(attacked));
    expect(status).toBe(1);
    const [, found = '{}'] = / : (\{.*\})$/m.exec(said) ?? [];
    expect(JSON.parse(found)).toEqual(uid === undefined ? denied : { ...denied, ...ownPipes });
    expect(readdirSync(folder.file('cache')).filter((name) => !name.startsWith('.'))).toEqual([]);
  });

  it('has no thread that is root, has a capability, or lacks the filter, and has no file open to write', async () => {
    await using pacman = new StandIn();
    expect(await pacman.run(...words(starter))).toEqual({ status: 0, said: '' });
    const { server } = onlyFamily(folder.path);
    const threads = readdirSync(`/proc/${server}/task`);
    expect(threads.length).toBeGreaterThan(2);
    for (const thread of threads) {
      const status = readFileSync(`/proc/${server}/task/${thread}/status`, 'latin1');
      const line = (name: string) => new RegExp(`^${name}:(.*)$`, 'm').exec(status)?.[1]?.trim();
      const four = Array.from({ length: 4 }, () => String(nobody)).join('\t');
      const none = '0'.repeat(16);
      expect({
        uid: line('Uid'),
        gid: line('Gid'),
        groups: line('Groups'),
        caps: [line('CapInh'), line('CapPrm'), line('CapEff'), line('CapBnd'), line('CapAmb')],
        noNewPrivs: line('NoNewPrivs'),
        seccomp: line('Seccomp'),
      }).toEqual({
        uid: four,
        gid: four,
        groups: '',
        caps: [none, none, none, none, none],
        noNewPrivs: '1',
        seccomp: '2',
      });
    }
    const opened = readdirSync(`/proc/${server}/fd`).map((fd) => readlinkSync(`/proc/${server}/fd/${fd}`));
    const files = opened.filter((target) => target.startsWith('/') && target !== '/dev/null');
    expect(files.filter((target) => !target.endsWith('.crt') && !target.endsWith('.pem'))).toEqual([]);
  });
});
