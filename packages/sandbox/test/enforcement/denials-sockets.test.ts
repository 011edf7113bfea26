/* Abstract unix sockets outside of the sandbox: a denial is told if the socket was there before the sandbox. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

import type { Denial, SandboxOptions } from '@sb/sandbox';
import { compileC, missing, temporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createSandbox } from '../../src/index.js';
import { answers, sbRun } from '../sb-run.js';

const programs = temporaryFolder();
const sockets = programs.file('sockets');
const name = `sb-test-${process.pid}`;
/** Sockets that only one user sends to: nobody reads, and a queue may take ten datagrams (net.unix.max_dgram_qlen). */
const nameFor = ({ user }: SandboxOptions): string => (user === undefined ? name : `${name} switched`);
const servers: ChildProcess[] = [];

/** Has sockets of that name, and resolves when they are there. */
async function serve(of: string): Promise<ChildProcess> {
  const server = spawn(sockets, ['serve', of], { stdio: ['pipe', 'pipe', 'inherit'] });
  servers.push(server);
  await once(server.stdout, 'data');
  return server;
}

beforeAll(async () => {
  await compileC(sockets, { from: import.meta.url, sources: ['fixtures/sockets.c'], flags: ['-static'] });
  await serve(name);
});
afterAll(() => {
  for (const server of servers) server.stdin?.end();
  programs[Symbol.dispose]();
});

type Scope = readonly ('signal' | 'abstract_unix_socket')[];

async function run(scope: Scope, more: SandboxOptions, denials: boolean) {
  const of = nameFor(more);
  const policy: SandboxOptions = {
    // Without rules for binding, the filter lets it listen.
    landlock: { preset: 'read-only', paths: [{ rx: sockets }], scope, net: { bindTcp: 'any' } },
    unix: 'any',
    ...more,
  };
  const child = createSandbox(policy).spawn(sockets, ['try', of], { stdio: ['pipe', 'pipe', 'inherit'], denials });
  const said = text(child.stdout);
  await child.enforcement;
  // One that is made during the run.
  const late = await serve(`${of} late`);
  child.stdin.end('\n');
  const lines = (await said).trimEnd().split('\n');
  late.stdin?.end();
  await once(late, 'close');
  await child.denials?.ended;
  expect(child.denials?.state).toBe(denials ? 'complete' : undefined);
  return { lines, told: child.denials?.all.filter(({ layer }) => layer === 'landlock') ?? [] };
}

const wordsOf = ({ call, target, right, errno, count }: Denial): string =>
  [call, target, right, errno, count].join(' ');

const scope = 'abstract_unix_socket';
const odd = String.raw`\x00\x5c\x1b[2J\xff@`;
const expectedFor = (of: string): readonly string[] => [
  `connect @${of} ${scope} EPERM 3`,
  `connect @${of}${odd} ${scope} EPERM 1`,
  `sendto @${of} ${scope} EPERM 1`,
  `sendmsg @${of} ${scope} EPERM 1`,
  `sendmmsg @${of} ${scope} EPERM 1`,
];

const users: readonly (readonly [string, SandboxOptions])[] = missing('root')
  ? [['the same user', {}]]
  : [
      ['the same user', {}],
      ['another user', { user: 'nobody' }],
    ];

describe.skipIf(missing('linux', 'landlock6', 'unixDiag')).each(users)(
  'abstract sockets of others, for %s',
  (_, more) => {
    it('are denied as without a supervisor, and each is told with what allows it', async () => {
      if (more.user !== undefined) await serve(nameFor(more));
      const expected = expectedFor(nameFor(more));
      const control = await run([], more, true);
      expect(control.told).toEqual([]);
      expect(control.lines.filter((line) => line.endsWith('\t1'))).toEqual(['connect paired\t1']);
      const plain = await run(['signal', scope], more, false);
      const watched = await run(['signal', scope], more, true);
      expect(watched.lines).toEqual(plain.lines);
      // Kernels differ in what they ask first about a socket that listens.
      const denied = plain.lines.filter((line) => line.endsWith('\t1') && !line.startsWith('connect a listener'));
      // The kernel alone answers for the last two: one has another peer, the other one was made later.
      expect(denied).toEqual([
        ...['connect stream', 'connect packets', 'connect datagrams', 'connect odd'].map((line) => `${line}\t1`),
        ...['connect paired', 'connect late'].map((line) => `${line}\t1`),
        ...['sendto outside', 'sendmsg outside', 'sendmmsg outside'].map((line) => `${line}\t1`),
      ]);
      expect(plain.lines).toEqual(expect.arrayContaining(['connect own stream\t0', 'sendto own\t0', 'sendmsg own\t0']));
      expect(watched.told.map(wordsOf)).toEqual(expected);
      const add = { options: ['--scope', 'signal'], scope: ['signal'] };
      expect(watched.told.map((one) => one.add)).toEqual(expected.map(() => add));
      const wider = await run(['signal'], more, true);
      expect([wider.lines, wider.told]).toEqual([control.lines, []]);
    });
  },
);

describe.skipIf(missing('linux', 'landlock6', 'unixDiag')).each(users)('sockets with a path, for %s', (_, more) => {
  it('are denied as without a supervisor where the kernel denies them, and each is told', async () => {
    using folder = temporaryFolder(0o777);
    mkdirSync(folder.file('own'));
    chmodSync(folder.file('own'), 0o777);
    symlinkSync('stream', folder.file('link'));
    const server = spawn(sockets, ['serve-files', '-'], { cwd: folder.path, stdio: ['pipe', 'pipe', 'inherit'] });
    servers.push(server);
    await once(server.stdout, 'data');
    for (const file of ['stream', 'deaf', 'datagrams', 'granted', 'closed']) chmodSync(folder.file(file), 0o777);
    const attempt = async (denials: boolean) => {
      const policy: SandboxOptions = {
        landlock: {
          preset: 'read-only',
          paths: [{ rx: sockets }, { rw: folder.file('own') }],
          net: { bindTcp: 'any' },
        },
        unix: [folder.file('granted')],
        ...more,
      };
      const options = { cwd: folder.path, stdio: ['ignore', 'pipe', 'inherit'], denials } as const;
      const child = createSandbox(policy).spawn(sockets, ['try-files', '-'], options);
      const [said, report] = await Promise.all([text(child.stdout), child.enforcement, once(child, 'close')]);
      await child.denials?.ended;
      rmSync(folder.file('own', 'own'));
      const told = child.denials?.all.filter(({ layer }) => layer === 'landlock') ?? [];
      return { lines: said.trimEnd().split('\n'), told, report };
    };
    const plain = await attempt(false);
    const watched = await attempt(true);
    expect(watched.lines).toEqual(plain.lines);
    const fits = ['connect granted file\t0', 'connect own file\t0', 'connect closed file\t111', 'connect no file\t2'];
    expect(plain.lines).toEqual(expect.arrayContaining(fits));
    // Before Landlock's ABI 9 (Linux 7.1) no rule is about them.
    const isDenied = plain.lines.includes('connect file\t13');
    const word = ({ call, path = '', right, errno, count, add }: Denial) =>
      [call, path.replace(`${folder.path}/`, ''), right, errno, count, ...(add?.options ?? []).slice(0, 1)].join(' ');
    const all = [
      'connect stream resolve_unix EACCES 3 --unix',
      'connect deaf resolve_unix EACCES 1 --unix',
      'connect datagrams resolve_unix EACCES 1 --unix',
      'sendto datagrams resolve_unix EACCES 1 --unix',
      'sendmsg datagrams resolve_unix EACCES 1 --unix',
      'sendmmsg datagrams resolve_unix EACCES 1 --unix',
    ];
    expect(watched.told.map(word)).toEqual(isDenied ? all : []);
  });
});

describe.skipIf(missing('linux', 'landlock6', 'unixDiag'))('sb-run', () => {
  it('shows the socket, and --why says the same', async () => {
    const rules = ['--unix', 'any', '--rx', programs.path];
    // Its filter lets nobody listen, so that one more socket can connect.
    const { stderr } = await sbRun([...rules, '--denials', '--', sockets, 'try', name]);
    expect(stderr).toContain(`denied: connect to socket @${name} (4 times); allow with --scope signal\n`);
    expect(stderr).toContain(`denied: connect to socket '@${name}${odd}'; allow with --scope signal\n`);
    const why = ['--why', `connect @${name}`, '--json'];
    const { stdout } = await sbRun([...rules, ...why]);
    expect(JSON.parse(stdout)).toMatchObject({
      layer: 'landlock',
      errno: 'EPERM',
      add: { options: ['--scope', 'signal'] },
    });
    const bare = await sbRun(why);
    expect(JSON.parse(bare.stdout)).toMatchObject({
      layer: 'seccomp',
      add: { options: ['--unix', 'any', '--scope', 'signal'] },
    });
    expect((await sbRun([...rules, '--scope', 'signal', ...why])).status).toBe(0);
    expect(await answers([...rules, '--scope', 'none'], [['connect-abstract', name]])).toEqual(['OK']);
    expect(await answers(rules, [['connect-abstract', name]])).toEqual(['EPERM']);
  });
});
