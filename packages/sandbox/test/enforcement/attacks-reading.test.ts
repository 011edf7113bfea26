/* Reading that takes away: what is typed elsewhere, a terminal to control, what lies in a FIFO; and a log that may only grow. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

import { missing, parseProbe, probeArguments, probePath, temporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createSandbox } from '../../src/index.js';
import { nobody } from '../attack/place.js';
import { attackers, inside } from '../attack/suite.js';

const device = (path: string) => execFileSync(probePath(), ['read-terminal', path], { encoding: 'utf8', ...nobody });

describe.skipIf(missing('linux', 'root', 'landlock7'))('a terminal of the same user', () => {
  let holder: ChildProcess;
  let terminal = '';
  beforeEach(async () => {
    holder = spawn(probePath(), ['hold-terminal'], { ...nobody, stdio: ['ignore', 'pipe', 'inherit'] });
    const [name] = (await once(holder.stdout ?? process.stdin, 'data')) as [Buffer];
    terminal = name.toString().trim();
    if (!/^\/dev\/pts\/\d+$/.test(terminal)) throw new Error(`the probe says ${terminal}`);
  });
  afterEach(() => {
    holder.kill('SIGKILL');
  });

  it.each(attackers)('cannot-be-read-nor-gained-as-%s', async (who) => {
    const attempts = [
      ['read-terminal', terminal],
      ['gain-terminal', terminal],
      ['open-read', '/dev/ptmx'],
      ['open-read', '/dev/tty'],
    ] as const;
    expect(await inside(who, attempts)).toEqual(['EACCES', 'EACCES', 'EACCES', 'EACCES']);
    // What was typed is there still, for whom it was meant.
    expect(device(terminal)).toBe('read-terminal 0 OK\n');
    expect(device(terminal)).toBe('read-terminal 11 EAGAIN\n');
  });

  it('is lost to a program that may read it, and gained', async () => {
    const granted = { landlock: { paths: [{ ro: '/dev/pts' }] } };
    expect(await inside('switched', [['read-terminal', terminal]], granted)).toEqual(['OK']);
    expect(device(terminal)).toBe('read-terminal 11 EAGAIN\n');
    expect(await inside('switched', [['gain-terminal', terminal]], granted)).toEqual(['OK']);
  });

  it('stays usable where it is given', async () => {
    const given = openSync(terminal, 'r+');
    const child = createSandbox({ user: 'nobody' }).spawn('/bin/sh', ['-c', 'read word; echo "$word"; tty'], {
      stdio: [given, 'pipe', 'inherit'],
    });
    closeSync(given);
    const [said] = await Promise.all([text(child.stdout ?? process.stdin), child.enforcement]);
    expect(said).toBe(`secret\n${terminal}\n`);
  });
});

describe.skipIf(missing('linux', 'root', 'landlock7'))('devices', () => {
  it.each(attackers)('that give the same to all are there for %s, and no others', async (who) => {
    const harmless = ['null', 'zero', 'full', 'random', 'urandom'].map(
      (name) => ['open-read', `/dev/${name}`] as const,
    );
    expect(await inside(who, harmless)).toEqual(harmless.map(() => 'OK'));
    expect(
      await inside(who, [
        ['open-write', '/dev/null'],
        ['list', '/dev'],
        ['list', '/'],
      ]),
    ).toEqual(['OK', 'OK', 'OK']);
    expect(
      await inside(who, [
        ['open-write', '/dev/zero'],
        ['open-read', '/dev/shm'],
      ]),
    ).toEqual(['EACCES', 'OK']);
  });
});

/* Open on purpose: what closes them is told in ways-out.md. */
describe.skipIf(missing('linux', 'root', 'landlock7'))('what is taken by reading and writing alone', () => {
  it('a FIFO that may be read is emptied', async () => {
    using folder = temporaryFolder(0o755);
    const fifo = folder.file('fifo');
    execFileSync('mkfifo', ['-m', '666', fifo]);
    const open = openSync(fifo, 'r+');
    writeFileSync(open, 'message');
    expect(
      await inside('switched', [
        ['empty-fifo', fifo],
        ['empty-fifo', fifo],
      ]),
    ).toEqual(['OK', 'EAGAIN']);
    const closed = { landlock: { preset: 'none', paths: [{ rx: probePath() }] } } as const;
    expect(await inside('switched', [['empty-fifo', fifo]], closed)).toEqual(['EACCES']);
    closeSync(open);
  });

  it('a log that was given with >> is emptied, and a pipe in its place is not', async () => {
    using folder = temporaryFolder(0o755);
    const path = folder.file('log');
    writeFileSync(path, 'before\n');
    const log = openSync(path, 'a');
    const args = ['--apart', ...probeArguments([['truncate-descriptor', 2]])];
    const child = createSandbox({ user: 'nobody' }).spawn(probePath(), args, { stdio: ['ignore', 'pipe', log] });
    closeSync(log);
    const [said] = await Promise.all([text(child.stdout ?? process.stdin), child.enforcement]);
    expect(parseProbe(said, 1)[0]?.outcome).toBe('OK');
    expect(readFileSync(path, 'utf8')).toBe('');
    expect(await inside('switched', [['truncate-descriptor', 2]])).toEqual(['EINVAL']);
  });
});
