/* A program that is executed from a copy, as root for another user: only what that user may execute itself. */
import { chmodSync, chownSync, copyFileSync, fstatSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';

import { missing, probePath, stranger, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createSandbox, type SandboxOptions } from '../../src/index.js';
import { unreadableProgram } from '../../src/launch/unreadable-program.js';
import { collect } from '../start.js';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

/** A program in a folder of root's, by their modes. */
function place(mode: number, folderMode = 0o755): string {
  mkdirSync(folder.file('bin'));
  const path = folder.file('bin', 'probe');
  copyFileSync(probePath(), path);
  chmodSync(path, mode);
  chmodSync(folder.file('bin'), folderMode);
  return path;
}

const user = { user: stranger.uid, group: stranger.gid };

async function start(path: string, options: SandboxOptions = {}) {
  const sandbox = createSandbox({ user, landlock: 'off', ...options });
  const { error, stdout } = await collect(sandbox.spawn(path, ['is-euid', String(stranger.uid)], { undumpable: true }));
  return error === undefined ? stdout?.trim() : `${error.code} of ${error.step}`;
}

const ran = 'is-euid 0 OK';

describe.skipIf(missing('linux', 'root', 'landlock6'))('a program that is copied', () => {
  it.each(['755', '711', '001'])('is executed with mode %s, which lets all execute it', async (mode) => {
    expect(await start(place(Number.parseInt(mode, 8)))).toBe(ran);
  });

  it.each([
    ['itself', 0o700, 0o755],
    ['itself, which its group may', 0o750, 0o755],
    ['by its folder', 0o755, 0o700],
  ])('is-not-executed-by-who-may-not, %s', async (_, mode, folderMode) => {
    expect(await start(place(mode, folderMode))).toBe('not-executable of exec');
  });

  it('is executed by a group that may', async () => {
    const path = place(0o750);
    const group = 1;
    chownSync(path, 0, group);
    expect(await start(path)).toBe('not-executable of exec');
    expect(await start(path, { user: { user: stranger.uid, group } })).toBe(ran);
  });

  it('is executed where a rule says so, and not without one', async () => {
    const path = place(0o755);
    const granting = (...paths: readonly { rx: string }[]): SandboxOptions => ({
      landlock: { preset: 'none', paths: [{ rx: '/usr' }, ...paths] },
    });
    expect(await start(path, granting({ rx: path }))).toBe(ran);
    expect(() => createSandbox({ user, ...granting() }).spawn(path, [], { undumpable: true })).toThrow(
      /no Landlock rule grants execute there/,
    );
  });

  it('is copied anew when it is another one', async () => {
    const path = place(0o755);
    const first = unreadableProgram(path);
    expect(unreadableProgram(path)).toBe(first);
    writeFileSync(path, '');
    expect(unreadableProgram(path).original).toEqual(first.original);
    expect(unreadableProgram(path)).not.toBe(first);
  });
});

describe.skipIf(missing('linux', 'root'))('the file of another user, copied by root', () => {
  it('fills no memory by what was never written', () => {
    const path = place(0o755);
    const { size } = fstatSync(unreadableProgram(path).descriptor);
    truncateSync(path, 400 * 2 ** 20);
    const copy = fstatSync(unreadableProgram(path).descriptor);
    expect(copy.size).toBe(400 * 2 ** 20);
    expect(copy.blocks * 512).toBeLessThan(size + 2 ** 20);
  });

  it('is refused above 1 GiB, and if it is not a regular file', () => {
    const path = place(0o755);
    truncateSync(path, 2 ** 30 + 1);
    expect(() => unreadableProgram(path)).toThrow(expect.objectContaining({ code: 'not-executable', errno: 'EFBIG' }));
    const other = { code: 'not-executable', errno: 'ENOEXEC' };
    for (const device of ['/dev/null', folder.path])
      expect(() => unreadableProgram(device)).toThrow(expect.objectContaining(other));
  });
});
