/* A rule that names a file, and what somebody who may change its path can put there. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';

import { missing, probePath, runProgram, temporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type PathRule, plan, policy, ro, support } from '../../src/index.js';
import { compile, nobody } from './programs.js';

describe.skipIf(missing('linux', 'root', 'landlock6'))('a rule for a file', () => {
  let launch: Awaited<ReturnType<typeof compile>>;
  beforeAll(async () => {
    launch = await compile('launch');
  });
  afterAll(() => launch.folder[Symbol.dispose]());

  /** What reading a file in the place, or beneath it, ends with. */
  async function read(put: (place: string) => void, file: NonNullable<PathRule['file']>, below = '') {
    using folder = temporaryFolder();
    const place = folder.file('place');
    put(place);
    const rules = policy({ abi: 6, paths: [ro(place, { file }), ro(probePath())], handle: ['read_file'] });
    const record = folder.file('record');
    writeFileSync(record, plan(rules, support()).record, { mode: 0o644 });
    const { stdout, stderr } = await runProgram(
      launch.program,
      [record, probePath(), 'open-read', place + below],
      nobody,
    );
    return stderr.trim() || /OK|E[A-Z]+/.exec(stdout)?.[0];
  }

  const folderOf = (place: string): void => {
    mkdirSync(place);
    writeFileSync(`${place}/inner`, 'x');
  };
  const regular = (place: string): void => writeFileSync(place, 'x');

  it('grants that file, also over a link', async () => {
    expect(await read(regular, true)).toBe('OK');
    const linked = (place: string): void => {
      regular(`${place}-target`);
      symlinkSync('place-target', place);
    };
    expect(await read(linked, true)).toBe('OK');
  });

  it('does not grant a directory and everything beneath it, as a rule for anything does', async () => {
    expect(await read(folderOf, false, '/inner')).toBe('OK');
    expect(await read(folderOf, true, '/inner')).toBe('file 21 0');
    const root = (place: string): void => symlinkSync('/', place);
    expect(await read(root, true, '/etc/hosts')).toBe('file 21 0');
  });

  it('grants neither a FIFO nor a device', async () => {
    const fifo = (place: string): void => void spawnSync('mkfifo', [place]);
    const device = (place: string): void => symlinkSync('/dev/null', place);
    expect([await read(fifo, true), await read(device, true)]).toEqual(['file 22 0', 'file 22 0']);
    expect(await read(device, false)).toBe('OK');
  });

  it('may name the one that was looked at, and grants no other in its place', async () => {
    using folder = temporaryFolder();
    const looked = folder.file('looked');
    regular(looked);
    const { dev, ino } = statSync(looked, { bigint: true });
    const identity = { device: String(dev), inode: String(ino) };
    const linked = (place: string): void => symlinkSync(looked, place);
    expect(await read(linked, identity)).toBe('OK');
    expect(await read(regular, identity)).toBe('file 116 0');
    expect(await read(folderOf, identity, '/inner')).toBe('file 21 0');
    expect(await read(linked, { ...identity, device: String(dev + 1n) })).toBe('file 116 0');
  });

  it('is an error where the file is missing, as every rule that is not optional', async () => {
    const gone = (place: string): void => {
      regular(place);
      rmSync(place);
    };
    expect(await read(gone, true)).toMatch(/^open 2 /);
  });
});
