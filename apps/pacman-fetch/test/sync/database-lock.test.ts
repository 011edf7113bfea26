/* pacman's lock in our hands: what is done with one that is not ours, or no longer. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { environment, eventually, program } from '../kit/fetch-program.js';
import { type Mirror, serve, startMirror } from '../kit/mirror.js';
import { makeRepository, type Repository } from '../pacman/repository.js';
import { Machine } from './machine.js';

const nobody = 65_534;
const folder = temporaryFolder();
let repository: Repository;
let mirror: Mirror;
let machine: Machine;
let lock: string;
let count = 0;

/** What happens when the database is asked for; undefined where it is not to be answered. */
let meanwhile: (() => void) | undefined;

describe.skipIf(missing('root', 'linux', 'pacman', 'landlock6'))('the lock of refresh', () => {
  beforeAll(async () => {
    repository = makeRepository(folder.path);
    mirror = await startMirror(
      {},
      {
        '/test.db': (request, response) => {
          if (meanwhile === undefined) return;
          meanwhile();
          serve(repository.read('test.db'), request, response);
        },
      },
    );
  });
  afterAll(async () => {
    await mirror[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });
  beforeEach(() => {
    const path = folder.file(`machine${count++}`);
    mkdirSync(path);
    machine = new Machine(path, { servers: [mirror.origin] });
    lock = join(machine.database, 'db.lck');
    meanwhile = () => {};
  });

  it('is there while it downloads, and gone afterwards', async () => {
    let mode = 0;
    meanwhile = () => {
      mode = statSync(lock).mode & 0o7777;
    };
    expect(await machine.run('refresh')).toMatchObject({ status: 0, stderr: '' });
    expect(mode.toString(8)).toBe('600');
    expect(existsSync(lock)).toBe(false);
    expect(existsSync(`${lock}.new`)).toBe(false);
  });

  it.each([0, 10])('that a limit of %i bytes cuts short is an error, and nothing of it is left', async (limit) => {
    const limited = [`--fsize=${limit}`, process.execPath, program, 'refresh', '--config', machine.config];
    const { status, stderr } = await runProgram('prlimit', limited, { env: environment });
    expect(existsSync(lock)).toBe(false);
    expect(existsSync(`${lock}.new`)).toBe(false);
    const what = String.raw`\S+: EFBIG \(file too large\)\n {7}Raise the limit of file sizes \(ulimit -f\)\.\n`;
    expect(stderr).toMatch(
      new RegExp(`^warning: cannot log this refresh: cannot write to ${what}error: cannot write ${what}$`),
    );
    expect(status).toBe(4);
    // The twin: nothing is in the way of the next one.
    expect(await machine.run('refresh')).toMatchObject({ status: 0, stderr: '' });
  });

  it('that somebody has removed meanwhile is nothing to fail for', async () => {
    meanwhile = () => rmSync(lock);
    expect(await machine.run('refresh')).toMatchObject({ status: 0, stderr: '' });
  });

  it('that is another one’s meanwhile stays', async () => {
    meanwhile = () => {
      rmSync(lock);
      writeFileSync(lock, '', { mode: 0 });
    };
    expect(await machine.run('refresh')).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(lock, 'latin1')).toBe('');
  });

  it('of an ordinary user who was killed is taken over by the same', async () => {
    for (const path of [machine.database, machine.cache]) chownSync(path, nobody, nobody);
    const refresh = [process.execPath, program, 'refresh', '--config', machine.config];
    const args = [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', ...refresh];
    meanwhile = undefined;
    const before = mirror.requests.length;
    const child = spawn('setpriv', args, { env: environment, stdio: 'ignore' });
    await eventually('a request', () => mirror.requests.length > before);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    expect(existsSync(lock)).toBe(true);
    meanwhile = () => {};
    expect(await runProgram('setpriv', args, { env: environment })).toMatchObject({ status: 0 });
    expect(existsSync(lock)).toBe(false);
  });

  it('that a killed process was about to name does not get in the way', async () => {
    writeFileSync(lock, 'pacman-fetch 1-1-1\n');
    linkSync(lock, `${lock}.new`);
    // Of another container, so it counts, and stays as it is.
    expect(await machine.run('refresh')).toMatchObject({ status: 4 });
    expect(readFileSync(lock, 'latin1')).toBe('pacman-fetch 1-1-1\n');
    expect(existsSync(`${lock}.new`)).toBe(false);
    rmSync(lock);
    writeFileSync(`${lock}.new`, 'half of');
    chmodSync(`${lock}.new`, 0);
    expect(await machine.run('refresh')).toMatchObject({ status: 0, stderr: '' });
  });
});
