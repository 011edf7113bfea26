/* A process that downloads and was taken over: whatever it says, FILE gets nothing that the front door has not counted. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

import { compileC, compileFixture, missing, sanitizers, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { childrenOf, eventually } from '../kit/fetch-program.js';
import { type Mirror, startMirror } from '../kit/mirror.js';
import { families, gone, installWith, nativeSources, StandIn } from '../kit/stand-in.js';

const outer = temporaryFolder();
let starter: string;
let mirror: Mirror;
let folder: TemporaryFolder;

beforeAll(async () => {
  const paths = ['dies', 'dies-half-way', 'refuses', 'honest'];
  mirror = await startMirror(Object.fromEntries(paths.map((path) => [`/${path}`, Buffer.from('from the server')])));
  mkdirSync(outer.file('lib'));
  // Thirty seconds are one here, and each read or write out of bounds ends it.
  const flags = [...sanitizers, '-DFRONT_MAX_STILL=1'];
  await compileC(outer.file('start'), { from: import.meta.url, sources: nativeSources, flags });
  const liar = compileFixture(new URL('fixtures/liar.ts', import.meta.url));
  starter = installWith(outer.file('lib'), liar, outer.file('start'));
});
afterAll(async () => {
  await mirror[Symbol.asyncDispose]();
  outer[Symbol.dispose]();
});
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(folder.file('cache'));
  writeFileSync(folder.file('pacman.conf'), '[options]\nSandboxUser = nobody\n');
});
afterEach(async () => {
  await gone(folder.path);
  folder[Symbol.dispose]();
});

/** Leaks are looked for by tracing, which an undumpable process doesn't allow. */
const start = (): StandIn => new StandIn({ env: { ASAN_OPTIONS: 'detect_leaks=0' } });

const file = (name: string): string => folder.file(`cache/${name}`);

const statusOf = (pid: number): string => readFileSync(`/proc/${pid}/status`, 'latin1');

const words = (act: string, name: string): readonly string[] => {
  const args = ['--config', folder.file('pacman.conf'), '-o', file(name)];
  return [starter, ...args, `${mirror.origin}/${act}`];
};

const call = async (pacman: StandIn, act: string, name: string) => await pacman.run(...words(act, name));

describe.skipIf(missing('root', 'linux'))('a hostile process that downloads', () => {
  it.each([
    ['unknown-kind', 'a frame of unknown type'],
    ['not-zero', 'a frame of unknown type'],
    ['ready-again', 'a frame of unknown type'],
    ['data-first', 'bytes before an answer'],
    ['end-first', 'an end before an answer'],
    ['starts-twice', 'an answer that starts twice'],
    ['too-large', 'it announces more than the file may have'],
    ['no-data', 'a number out of range'],
    ['large-data', 'a number out of range'],
    ['more-than-said', 'it sends more than the file has'],
    ['more-than-allowed', 'it sends more than the file has'],
    ['less-than-said', 'it reported a size that differs from what it sent'],
    ['another-size', 'it reported a size that differs from what it sent'],
    ['time-first', 'a time out of order'],
    ['time-twice', 'a time out of order'],
    ['late-time', 'a time out of order'],
    ['time-beyond-all', 'a number out of range'],
    ['no-text', 'a number out of range'],
    ['long-text', 'a number out of range'],
    ['goes-on', 'it continues after its last message'],
    ['refuses-late', 'a refusal out of order'],
    ['many-frames', 'it sends too many frames'],
  ])('that lies by %s is ended, and its file fails', async (act, why) => {
    await using pacman = start();
    const { status, said } = await call(pacman, act, 'x.sig.part');
    expect({ status, said }).toEqual({
      status: 1,
      said: `error: failed retrieving file 'x.sig' from ${mirror.host} : the worker was stopped: ${why}\n`,
    });
    await gone(folder.path);
    if (existsSync(file('x.sig.part'))) expect(statSync(file('x.sig.part')).size).toBeLessThanOrEqual(16_384);
    // The next file has another one.
    expect(await call(pacman, 'honest', 'y.sig.part')).toEqual({ status: 0, said: '' });
    expect(readFileSync(file('y.sig.part'), 'utf8')).toBe('xxxx');
  });

  it('has no word that does anything to a terminal', async () => {
    await using pacman = start();
    const { said } = await call(pacman, 'escape-sequences', 'x.sig.part');
    expect(said).toBe(`error: failed retrieving file 'x.sig' from ${mirror.host} : ?[2J???? ok.\n`);
  });

  it('gives FILE no time that can’t be meant, and one that can: the twin', async () => {
    await using pacman = start();
    expect(await call(pacman, 'time-of-another-century', 'x.sig.part')).toEqual({ status: 0, said: '' });
    expect(Math.abs(Date.now() - statSync(file('x.sig.part')).mtimeMs)).toBeLessThan(60_000);
    expect(await call(pacman, 'honest', 'y.sig.part')).toEqual({ status: 0, said: '' });
    expect(statSync(file('y.sig.part')).mtimeMs).toBe(1_767_323_045_000);
  });

  it.each(['dies', 'dies-half-way', 'refuses'])('that %s costs nothing: the file comes as ever', async (act) => {
    await using pacman = start();
    expect(await call(pacman, act, 'x.sig.part')).toEqual({ status: 0, said: '' });
    expect(readFileSync(file('x.sig.part'), 'utf8')).toBe('from the server');
    expect(await call(pacman, 'honest', 'y.sig.part')).toEqual({ status: 0, said: '' });
  });

  it('can’t answer what was not asked yet', async () => {
    await using pacman = start();
    expect(await call(pacman, 'speaks-too-early', 'x.sig.part')).toEqual({ status: 0, said: '' });
    const [family] = families(folder.path);
    await setTimeout(300);
    // What lies in wait is seen before anything is asked: the file comes from a process that is started for it.
    expect(await call(pacman, 'honest', 'y.sig.part')).toEqual({ status: 0, said: '' });
    expect(readFileSync(file('y.sig.part'), 'utf8')).toBe('from the server');
    expect(families(folder.path)).not.toContainEqual(family);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'that sends without end is ended by %s as soon as that is there',
    async (signal) => {
      await using pacman = start();
      const running = pacman.start(...words('endless', 'x.pkg.part'));
      const size = (): number => statSync(file('x.pkg.part'), { throwIfNoEntry: false })?.size ?? 0;
      await eventually('bytes', () => size() > 1 << 20);
      const [front = 0] = childrenOf(pacman.pid);
      // While it is stopped, as many bytes come as there is room for.
      process.kill(front, 'SIGSTOP');
      await eventually('a front door that is stopped', () => /^State:\s*T/m.test(statusOf(front)));
      const before = size();
      process.kill(front, signal);
      process.kill(front, 'SIGCONT');
      const { status } = await pacman.end(running);
      expect(status).toBe(signal === 'SIGINT' ? 130 : 143);
      // What it was about when it was stopped, and no more.
      expect(size() - before).toBeLessThanOrEqual(256 * 1024);
    },
  );

  it.each(['stands-still', 'stays-behind'])('that %s is waited for as long as a worker, and ended', async (act) => {
    await using pacman = start();
    expect(await call(pacman, act, 'x.sig.part')).toEqual({
      status: 1,
      said:
        `error: failed retrieving file 'x.sig' from ${mirror.host} : the worker did nothing for 1 seconds\n` +
        '       Try again: the download resumes from what was received.\n',
    });
    expect(existsSync(file('x.sig.part'))).toBe(false);
    await gone(folder.path);
  });
});
