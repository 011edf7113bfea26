/* A process that downloads and was taken over: it holds the pipe to the front door, which hears no signal within a read then. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';

import {
  bundleFixture,
  compileAddon,
  compileC,
  compileFixture,
  holdsUpAddon,
  missing,
  temporaryFolder,
  type TemporaryFolder,
} from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { childrenOf, eventually } from '../kit/fetch-program.js';
import { type Mirror, startMirror } from '../kit/mirror.js';
import { families, gone, installWith, nativeSources, onlyFamily, StandIn } from '../kit/stand-in.js';

const ways = ['splice', 'page-faults'] as const;
type Way = (typeof ways)[number];

const outer = temporaryFolder();
const starters = { watching: new Map<Way, string>(), blind: new Map<Way, string>() };
/** Milliseconds for which a way holds a front door at least, in how many tries; and how a keeper is built that watches: as ever, where that is long. */
const lasts = {
  splice: { least: 4000, tries: 1, flags: [] },
  // Some seconds, and less on a busy machine: the keeper looks four times as often.
  'page-faults': { least: 1500, tries: 5, flags: ['-DFRONT_LOOK=250'] },
} as const;
let mirror: Mirror;
let silent: Server;
let folder: TemporaryFolder;
const connections = new Set<Socket>();

beforeAll(async () => {
  mirror = await startMirror({ '/holds-its-answers': Buffer.from('from the server') });
  silent = createServer({ pauseOnConnect: true }, (socket) => void connections.add(socket.on('error', () => {})));
  await new Promise<void>((resolve) => {
    silent.listen(0, '127.0.0.1', resolve);
  });
  await holdsUpAddon(outer.file('holds-up.node'));
  const natives = { from: import.meta.url, sources: nativeSources };
  for (const way of ways) {
    await compileC(outer.file(`watching-${way}`), { ...natives, flags: ['-static', ...lasts[way].flags] });
  }
  // The keeper of this one looks at nothing for as long as a test lasts.
  await compileC(outer.file('blind'), { ...natives, flags: ['-static', '-DFRONT_LOOK=600000'] });
  const programs = {
    splice: compileFixture(new URL('fixtures/liar.ts', import.meta.url)),
    'page-faults': bundleFixture(new URL('fixtures/taken-over.ts', import.meta.url), 'external'),
  };
  for (const way of ways) {
    for (const kind of ['watching', 'blind'] as const) {
      mkdirSync(outer.file(`${way}-${kind}`));
      starters[kind].set(
        way,
        installWith(
          outer.file(`${way}-${kind}`),
          programs[way],
          outer.file(kind === 'blind' ? kind : `${kind}-${way}`),
        ),
      );
    }
  }
});
afterAll(async () => {
  for (const socket of connections) socket.destroy();
  silent.close();
  await mirror[Symbol.asyncDispose]();
  outer[Symbol.dispose]();
});
beforeEach(async () => {
  folder = temporaryFolder();
  for (const name of ['cache', 'addon']) mkdirSync(folder.file(name));
  await compileAddon(folder.file('addon/page-faults.node'), {
    from: import.meta.url,
    sources: ['fixtures/page_faults.c'],
  });
  const settings = ['SandboxUser = nobody', 'UseSandbox = yes', `SandboxReadable = ${folder.file('addon')}`];
  writeFileSync(folder.file('pacman.conf'), `[options]\n${settings.join('\n')}\n`);
});
afterEach(async () => {
  await gone(folder.path);
  folder[Symbol.dispose]();
});

/** `D`: it waits in the kernel, and hears no signal; `T`: it is stopped. None once it has ended. */
function stateOf(pid: number): string | undefined {
  const path = `/proc/${pid}/status`;
  return existsSync(path) ? /^State:\s*(\S)/m.exec(readFileSync(path, 'latin1'))?.[1] : undefined;
}

/** The number of the call that a process is in (proc_pid_syscall(5)). */
const callOf = (pid: number): number => Number(readFileSync(`/proc/${pid}/syscall`, 'latin1').split(' ')[0]);
const spliceNumber = process.arch === 'arm64' ? 76 : 275;

/** Calls for a file, and waits until the front door is held up. */
async function held(pacman: StandIn, way: Way, keeper: keyof typeof starters) {
  // What is attempted more than once takes a file of any size; a signature is not gone on with behind what came.
  const output = folder.file(`cache/x.${way === 'splice' ? 'sig' : 'pkg'}.part`);
  const args = ['--config', folder.file('pacman.conf'), '-o', output];
  const start = starters[keeper].get(way) ?? '';
  const running = pacman.start(start, ...args, `${mirror.origin}/holds-its-answers`);
  // Whoever reads its arguments later waits for the same memory.
  const { server } = await eventually('a process', () => families(folder.path)[0]);
  await eventually('a file', () => existsSync(output));
  const [front = 0] = childrenOf(pacman.pid);
  if (way === 'splice') {
    // So that there is something left to read while it is held up.
    process.kill(front, 'SIGSTOP');
    await eventually('a front door that is stopped', () => stateOf(front) === 'T');
    const { port } = silent.address() as AddressInfo;
    writeFileSync(folder.file('pacman.conf.order'), `${port} ${outer.file('holds-up.node')}`);
    await eventually('the attack', () => callOf(server) === spliceNumber);
    process.kill(front, 'SIGCONT');
  }
  let looks = 0;
  await eventually('a front door that is held up', () => {
    looks = stateOf(front) === 'D' ? looks + 1 : 0;
    return looks > 5;
  });
  return { front, server, running };
}

/** The state of a front door that no keeper helps, as long after its SIGKILL as a keeper would have waited. */
async function heldInVain(way: Way): Promise<string | undefined> {
  await using pacman = new StandIn();
  const { front, server, running } = await held(pacman, way, 'blind');
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) process.kill(front, signal);
  await setTimeout(lasts[way].least);
  const state = stateOf(front);
  if (stateOf(server) !== undefined) process.kill(server, 'SIGKILL');
  expect(await pacman.end(running)).toEqual({ status: 137, said: '' });
  return state;
}

describe.skipIf(missing('root', 'linux', 'landlock6'))('a process that downloads and was taken over', () => {
  it.each(ways)('would hold the front door by %s for as long as it likes: the control', async (way) => {
    // How long page faults take depends on what else the machine does: once is enough for a control.
    const states: (string | undefined)[] = [];
    while (!states.includes('D') && states.length < lasts[way].tries) {
      rmSync(folder.file('cache'), { recursive: true });
      mkdirSync(folder.file('cache'));
      states.push(await heldInVain(way));
      await gone(folder.path);
    }
    expect(states).toContain('D');
  });

  it.each([
    ['splice', 'SIGTERM', 143],
    ['splice', 'SIGKILL', 137],
    ['page-faults', 'SIGKILL', 137],
  ] as const)('is killed where it holds the front door by %s, which hears %s then', async (way, signal, status) => {
    await using pacman = new StandIn();
    const { front, running } = await held(pacman, way, 'watching');
    process.kill(front, signal);
    expect(await pacman.end(running)).toEqual({ status, said: '' });
    await gone(folder.path);
  });

  it('costs time and no file: it comes as ever', async () => {
    await using pacman = new StandIn();
    const { running } = await held(pacman, 'splice', 'watching');
    expect(await pacman.end(running)).toEqual({ status: 0, said: '' });
    expect(readFileSync(folder.file('cache/x.sig.part'), 'utf8')).toBe('from the server');
    await gone(folder.path);
  });

  it('is not killed for a front door that was stopped meanwhile', async () => {
    await using pacman = new StandIn();
    const args = ['--config', folder.file('pacman.conf'), '-o', folder.file('cache/x.pkg.part')];
    const running = pacman.start(starters.watching.get('splice') ?? '', ...args, `${mirror.origin}/endless`);
    await eventually('a file', () => existsSync(folder.file('cache/x.pkg.part')));
    const [front = 0] = childrenOf(pacman.pid);
    const { server } = onlyFamily(folder.path);
    process.kill(front, 'SIGSTOP');
    await setTimeout(5000);
    expect([stateOf(front), stateOf(server)]).toEqual(['T', expect.stringMatching(/^[SR]$/)]);
    for (const signal of ['SIGTERM', 'SIGCONT'] as const) process.kill(front, signal);
    expect(await pacman.end(running)).toEqual({ status: 143, said: '' });
  });
});
