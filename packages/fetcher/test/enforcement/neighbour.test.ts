/* Another process of the worker's user, which takes what the worker has open and writes to it after the check. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

import { missing, Neighbour, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { errorOf, fetchOne } from '../kit/fetch.js';
import { rawServer, response } from '../kit/server.js';
import { eventually } from '../kit/worker-pid.js';

/** A user of its own: what other tests run as nobody is left alone. */
const user = 'games';
const [uid, gid] = [5, 60];
const own = /^NEIGHBOUR/;
const content = 'what the server has. '.repeat(50_000);

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

/** Another process of that user, with its group and its groups, which robs those with a word in their command line. */
const thiefOf = async (word: string) =>
  await Neighbour.start({ as: { uid, gid, groups: [gid] }, tactics: [['take', process.pid, word]], seconds: 60 });

const isRefused = ({ did }: Neighbour): boolean => did.some(({ outcome }) => outcome === 'EPERM');

/** All that it got: files, and ends of channels. */
async function lootOf(thief: Neighbour): Promise<readonly string[]> {
  const { did, gained } = await thief.stop();
  return [...gained, ...did.filter(({ outcome }) => outcome === 'OK')].map(({ what }) => what);
}

/** A server that keeps each answer open until the thief has tried it. */
async function patientServer(thief: Neighbour) {
  return await rawServer(async (socket) => {
    socket.write(response('200 OK', { 'content-length': content.length }, content.slice(0, 500_000)));
    await eventually('the thief', () => isRefused(thief));
    await setTimeout(200);
    socket.write(content.slice(500_000));
  });
}

describe.skipIf(missing('root', 'linux', 'landlock6'))('a neighbour of the worker’s user', () => {
  it('takes the descriptor of another process of that user, and writes to its file: the control', async () => {
    await using thief = await thiefOf('an-ordinary-process');
    const file = openSync(folder.file('x'), 'w+');
    const args = ['-c', 'sleep 1', 'an-ordinary-process'];
    const victim = spawn('/bin/sh', args, { uid, gid, stdio: ['ignore', 'ignore', 'ignore', file] });
    closeSync(file);
    await once(victim, 'exit');
    // Once who had it is gone, as a parent checks what a worker leaves.
    writeFileSync(folder.file('x'), content);
    await eventually('the theft', () => own.test(readFileSync(folder.file('x'), 'utf8')));
    expect(await lootOf(thief)).toEqual(expect.arrayContaining(['pidfd_getfd', 'written']));
  });

  it('gets no descriptor of the worker, and writes no byte to the file', async () => {
    await using thief = await thiefOf('--input-type=');
    await using server = await patientServer(thief);
    const request = { sources: [`${server.origin}/x`], to: folder.file('x') };
    const outcome = await fetchOne(request, { fetcher: { user } });
    expect(errorOf(outcome)).toBeUndefined();
    await setTimeout(300);
    expect(readFileSync(folder.file('x'), 'utf8') === content).toBe(true);
    expect(await lootOf(thief)).toEqual([]);
  });

  it('never gets the channel of a worker during its start, and so cannot send in its place', async () => {
    await using thief = await thiefOf('--input-type=');
    await using server = await rawServer((socket) => socket.end(response('200 OK', { 'content-length': 1 }, 'x')));
    for (let start = 0; start < 5; start++) {
      const request = { sources: [`${server.origin}/x`], to: folder.file(`x${start}`) };
      expect(errorOf(await fetchOne(request, { fetcher: { user } }))).toBeUndefined();
    }
    expect(isRefused(thief)).toBe(true);
    expect(await lootOf(thief)).toEqual([]);
  });
});
