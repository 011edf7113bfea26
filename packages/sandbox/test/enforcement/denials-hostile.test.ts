/* A supervisor under attack by the program that it watches: nothing is gained, and it goes on. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';

import type { SandboxOptions } from '@sb/sandbox';
import { compileC, missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createSandbox } from '../../src/index.js';
import { childrenNamed, kill, unusualTime, untilThere } from '../processes.js';
import { sbRunPath } from '../sb-run.js';

const needed = ['linux', 'landlock6'] as const;
const isOrdinary = missing('root');
const programs = temporaryFolder();
const hostile = programs.file('hostile');

beforeAll(async () => {
  await compileC(hostile, { from: import.meta.url, sources: ['fixtures/hostile.c'], flags: ['-static', '-pthread'] });
});
afterAll(() => programs[Symbol.dispose]());

function place(): TemporaryFolder {
  const folder = temporaryFolder(0o777);
  for (const name of ['open', 'shut']) {
    mkdirSync(folder.file(name));
    chmodSync(folder.file(name), 0o777);
    writeFileSync(folder.file(name, 'file'), 'x');
  }
  return folder;
}

function start(
  folder: TemporaryFolder,
  args: readonly string[],
  how: { policy?: SandboxOptions; denials?: boolean } = {},
) {
  const paths = [{ rwx: folder.file('open') }, { rx: hostile }];
  const policy: SandboxOptions = {
    landlock: { preset: 'none', paths, net: { connectTcp: [] }, scope: ['signal'] },
    ...how.policy,
  };
  const child = createSandbox(policy).spawn(hostile, [folder.path, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    denials: how.denials ?? true,
  });
  const said = text(child.stdout);
  const closed = once(child, 'close') as Promise<[number | null, string | null]>;
  return { child, said, closed };
}

/** The number of the one supervisor of this process. */
function supervisor(): number {
  const [pid, ...others] = childrenNamed('sb-supervisor').filter((one) => !isGone(one));
  expect([typeof pid, others]).toEqual(['number', []]);
  return pid ?? 0;
}

function isGone(pid: number): boolean {
  try {
    return /^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}

async function untilGone(pid: number): Promise<void> {
  for (let turn = 0; !isGone(pid); turn++) {
    if (turn > 500) throw new Error(`${pid} goes on`);
    await wait(20);
  }
}

const users: readonly (readonly [string, SandboxOptions])[] = isOrdinary
  ? [['the same user', {}]]
  : [
      ['the same user', {}],
      ['another user', { user: 'nobody' }],
    ];

describe.skipIf(missing(...needed)).each(users)('a hostile program as %s', (_, policy) => {
  it('gets for names that cannot be read what it gets without a supervisor', async () => {
    using plain = place();
    using watched = place();
    const before = start(plain, ['names'], { policy, denials: false });
    const after = start(watched, ['names'], { policy });
    const lines = (await after.said).split('\n');
    expect(lines).toEqual((await before.said).split('\n'));
    expect(lines.length).toBeGreaterThan(24);
    expect(lines).toContain('at the end of memory\t13');
    await after.child.denials?.ended;
    const all = after.child.denials?.all ?? [];
    expect(all.map(({ path, port }) => path?.replace(`${watched.path}/`, '') ?? port)).toEqual([
      'shut/file',
      'shut',
      'shut/\u001B[2J\n\t"\\',
      'shut/\uFFFD\uFFFD',
      expect.stringMatching(/^\/proc\/\d+\/environ$/),
      4660,
    ]);
    expect(all[3]?.add).toBeUndefined();
  });

  it('cannot reach it', async () => {
    using folder = place();
    const { child, said, closed } = start(folder, ['attack'], { policy });
    await child.enforcement;
    const pid = supervisor();
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const field = (name: string) => new RegExp(`^${name}:\\s+(.*)$`, 'm').exec(status)?.[1]?.trim();
    expect(field('NoNewPrivs')).toBe('1');
    expect(field('SigBlk')).toMatch(/^f{5,}/);
    expect(BigInt(`0x${field('CapPrm') ?? ''}`) & ~(1n << 19n)).toBe(0n);
    const own = [process.getuid?.(), process.getuid?.(), process.getuid?.()];
    const [uid = 0] = policy.user === undefined ? own : [65_534];
    expect(field('Uid')).toBe([...own, uid].join('\t'));
    expect(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[3]).toBe(String(pid));
    // The listener, the pipe and the program, and the root directory later; not even root may see more.
    if (!isOrdinary) expect(readdirSync(`/proc/${pid}/fd`).length).toBeLessThanOrEqual(4);
    child.stdin.end(`${pid}\n`);
    const lines = (await said).trimEnd().split('\n');
    expect(lines).toHaveLength(12);
    expect(lines.filter((line) => line.endsWith('\t0'))).toEqual([]);
    expect((await closed)[0]).toBe(0);
    await child.denials?.ended;
    expect(child.denials?.state).toBe('complete');
    await untilGone(pid);
  });

  it('floods it, and others are answered', async () => {
    using folder = place();
    const [one, other] = [start(folder, ['flood', '4000'], { policy }), start(folder, ['names'], { policy })];
    await other.said;
    await other.child.denials?.ended;
    expect(other.child.denials?.state).toBe('complete');
    one.child.stdin.write('\n');
    expect(await one.said).toBe('refused\t4000\n');
    await one.child.denials?.ended;
    const { all = [], lost, state } = one.child.denials ?? {};
    // What the pipe does not take at once is counted: its reader may be slow.
    expect(all.length).toBeLessThanOrEqual(512);
    expect(all.length).toBeGreaterThan(0);
    expect([all.reduce((sum, { count }) => sum + count, lost ?? 0), state]).toEqual([4500, 'complete']);
  });

  it('leaves it small', async () => {
    using folder = place();
    const { child, said } = start(folder, ['flood', '1000'], { policy });
    // It has asked about all of them then.
    await once(child.stdout, 'data');
    const resident = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${supervisor()}/status`, 'utf8'))?.[1];
    expect(Number(resident)).toBeLessThan(16_384);
    child.stdin.end('\n');
    await said;
  });

  it('does not make it wait for the peer of a connection, which never reads', async () => {
    using folder = place();
    const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const peers: Socket[] = [];
    server.on('connection', (peer) => peers.push(peer.on('error', () => undefined)));
    const { port } = server.address() as AddressInfo;
    try {
      const paths = [{ rwx: folder.file('open') }, { rx: hostile }];
      const landlock = { preset: 'none', paths, net: { connectTcp: [port] } } as const;
      const { child, said, closed } = start(folder, ['linger', String(port), '200'], {
        policy: { ...policy, landlock },
      });
      expect(await said).toBe('answered\n');
      expect((await closed)[0]).toBe(0);
      await child.denials?.ended;
      expect([child.denials?.state, child.denials?.all.map(({ port: denied }) => denied)]).toEqual(['complete', [1]]);
    } finally {
      for (const peer of peers) peer.destroy();
      server.close();
    }
  });

  it('gets no listener, neither from the kernel nor after the end of its supervisor', async () => {
    using folder = place();
    const { child, said, closed } = start(folder, ['listener'], { policy });
    await child.enforcement;
    // The last call of the first half that the supervisor answers.
    for await (const { layer } of child.denials ?? []) if (layer === 'seccomp') break;
    const pid = supervisor();
    process.kill(pid, 'SIGKILL');
    await untilGone(pid);
    await child.denials?.ended;
    expect(child.denials?.state).toBe('interrupted');
    child.stdin.end('\n');
    const [EPERM, EACCES, EBUSY, ENOSYS] = [1, 13, 16, 38];
    const answers = ({ allowed = ENOSYS, denied = ENOSYS, filtered = ENOSYS }) => [
      `listener\t${EBUSY}`,
      `listener for all threads\t${EBUSY}`,
      `allowed\t${allowed}`,
      `denied\t${denied}`,
      `denied by the filter\t${filtered}`,
      'no name\t0',
    ];
    expect((await said).trimEnd().split('\n')).toEqual([
      ...answers({ allowed: 0, denied: EACCES, filtered: EPERM }),
      ...answers({}),
    ]);
    expect((await closed)[0]).toBe(0);
  });
});

describe.skipIf(missing(...needed))('a supervisor', () => {
  it('leaves the program no descriptor but its streams', async () => {
    const child = createSandbox().spawn('/bin/sh', ['-c', 'ls /proc/$$/fd'], { denials: true });
    expect((await text(child.stdout)).trimEnd().split(/\s+/)).toEqual(['0', '1', '2']);
  });

  it.skipIf(isOrdinary)('whose reader is gone goes on without it, and waits for nothing', async () => {
    using folder = temporaryFolder();
    writeFileSync(folder.file('policy'), JSON.stringify({ dieWithParent: false, off: ['process.descendants'] }));
    const word = unusualTime();
    const options = ['--policy', folder.file('policy'), '--denials', '--'];
    const starter = spawn(process.execPath, [sbRunPath(), ...options, '/bin/sleep', word], { stdio: 'ignore' });
    try {
      await untilThere(word, 2);
      // A child that has not become the launcher yet has the words of its parent.
      let pid: number | undefined;
      for (let turn = 0; pid === undefined; turn++) {
        if (turn > 500) throw new Error('no supervisor was found');
        [pid] = childrenNamed('sb-supervisor', starter.pid);
        if (pid === undefined) await wait(20);
      }
      const pipes = () =>
        readdirSync(`/proc/${pid}/fd`).filter((fd) => linkOf(`/proc/${pid}/fd/${fd}`).startsWith('pipe:'));
      expect(pipes()).toHaveLength(1);
      starter.kill('SIGKILL');
      for (let turn = 0; pipes().length > 0; turn++) {
        if (turn > 500) throw new Error('it keeps its pipe');
        await wait(20);
      }
      kill(word);
      await untilGone(pid);
    } finally {
      kill(word);
    }
  });
});

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // it was closed meanwhile
  }
}
